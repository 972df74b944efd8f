//! Everything built once: adapters, then use cases, then the bridges between domains.

use std::sync::Arc;

use ratiba_access::{AccessBook, AuthenticateToken, MintToken};
use ratiba_booking::ports::{AppointmentBook, Catalogue, OpenGate, Timetable, Waitlist};
use ratiba_booking::use_cases as booking;
use ratiba_commission::ports::{CommissionBook, CommissionRules, CompletedWork};
use ratiba_commission::use_cases as commission;
use ratiba_conversation::ports as talk;
use ratiba_conversation::use_cases as conversation;
use ratiba_daraja::{DarajaClient, StkCallbackReader, Timeouts};
use ratiba_kernel::{Clock, IdSource, Outage, Vault};
use ratiba_payments::ports::{CallbackInbox, HouseCurrency, MobileMoney, PaymentBook, TokenStore};
use ratiba_payments::use_cases as payments;
use ratiba_pesapal::PesapalNotices;
use ratiba_postgres::Database;
use ratiba_postgres::access::PgAccessBook;
use ratiba_postgres::booking::{PgAppointmentBook, PgImports, PgPriceList, PgSetup, PgTimetable, PgWaitlist};
use ratiba_postgres::commission::PgCommission;
use ratiba_postgres::conversation::PgConversation;
use ratiba_postgres::payments::PgPayments;
use ratiba_postgres::staff::PgStaffDirectory;
use ratiba_staff::ports::StaffDirectory;
use ratiba_staff::use_cases::{ChangeMember, EnrolMember, RecordEmployment};
use ratiba_system::SystemChance;
use ratiba_whatsapp::client::{AccessToken, ClientSettings, WhatsappMessenger};
use ratiba_whatsapp::webhook::AppSecrets;
use ratiba_whatsapp::wire::WhatsappReader;

use crate::Parts;
use crate::accounts::{InstanceDaraja, RandomTokens, RoutedAccounts};
use crate::audit::AuditTrail;
use crate::breakers::Breakers;
use crate::bridges::booking_desk::{BookingDeskBridge, Menus};
use crate::bridges::payment_desk::PaymentDeskBridge;
use crate::bridges::visit_desk::VisitDeskBridge;
use crate::credentials::TenantCredentials;
use crate::desk::{Desk, DeskGround};
use crate::invitations::{WithInvitations, join_page};
use crate::numbers::ChannelNumbers;
use crate::people::People;
use crate::queue::{JobQueue, Schedules};
use crate::reports::Reports;
use crate::settings::SharedSettings;
use crate::sweeps::Sweeps;
use crate::use_cases::{Booking, Commission, Conversation, Payments};
use ratiba_access::privacy::AnswerRequests;
use ratiba_postgres::privacy::PgPrivacyBook;

use chat::ways_to_pay;

mod access;
mod books;
mod by_hand;
mod cards;
mod chat;
mod hooks;
mod imports;
mod letters;
mod money_back;
mod office;
mod payroll;

/// What everything else is built from.
struct Ground {
    database: Database,
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    appointments: Arc<dyn AppointmentBook>,
    timetable: Arc<dyn Timetable>,
    catalogue: Arc<dyn Catalogue>,
    prices: Arc<PgPriceList>,
    staff: Arc<dyn StaffDirectory>,
    payments: Arc<PgPayments>,
    conversation: Arc<PgConversation>,
    credentials: TenantCredentials,
    /// What seals secrets that the database keeps; nothing if no key is set up.
    vault: Option<Arc<dyn Vault>>,
    breakers: Breakers,
}

pub(crate) fn wire(settings: &SharedSettings, clock: Arc<dyn Clock>) -> Result<Parts, Outage> {
    let ids: Arc<dyn IdSource> = Arc::new(SystemChance);
    let database = Database::new(&settings.database, Arc::clone(&ids))?;
    let timetable = Arc::new(PgTimetable::new(database.clone()));
    let vault = settings.credential_keys.clone();
    let vault = vault.map(|keys| -> Arc<dyn Vault> { keys });
    let ground = Ground {
        appointments: Arc::new(PgAppointmentBook::new(database.clone())),
        catalogue: timetable.clone(),
        timetable,
        prices: Arc::new(PgPriceList::new(database.clone())),
        staff: Arc::new(PgStaffDirectory::new(database.clone())),
        payments: Arc::new(PgPayments::new(database.clone())),
        conversation: Arc::new(PgConversation::new(database.clone())),
        credentials: TenantCredentials::new(database.clone(), vault.clone(), clock.clone()),
        vault,
        breakers: Breakers::default(),
        database,
        clock,
        ids,
    };
    let tokens: Arc<dyn AccessBook> = Arc::new(PgAccessBook::new(ground.database.clone()));
    let letters: Arc<dyn talk::LetterBox> = ground.conversation.clone();
    let whatsapp = &settings.whatsapp;
    let before = whatsapp
        .app_secret_before
        .as_ref()
        .map(|secret| secret.expose().to_owned());
    Ok(Parts {
        queue: JobQueue::new(ground.database.clone()),
        schedules: Schedules::new(ground.database.clone()),
        sweeps: Sweeps::new(ground.database.clone()),
        reports: Reports::over(&ground.database),
        credentials: ground.credentials.clone(),
        audit: AuditTrail::new(ground.database.clone()),
        privacy: AnswerRequests {
            book: Arc::new(PgPrivacyBook::new(ground.database.clone())),
            clock: ground.clock.clone(),
            ids: ground.ids.clone(),
        },
        numbers: ChannelNumbers::new(ground.database.clone()),
        staff: People {
            directory: ground.staff.clone(),
            enrol: Arc::new(EnrolMember {
                directory: ground.staff.clone(),
                ids: ground.ids.clone(),
            }),
            change: Arc::new(ChangeMember {
                directory: ground.staff.clone(),
            }),
            employ: Arc::new(RecordEmployment {
                directory: ground.staff.clone(),
            }),
        },
        booking: Arc::new(ground.booking()),
        desk: Arc::new(ground.desk()),
        public_url: settings.public_url.trim_end_matches('/').to_owned(),
        imports: Arc::new(ground.imports()),
        payments: Arc::new(ground.payments(settings)?),
        money_back: Arc::new(ground.money_back(settings)?),
        conversation: Arc::new(ground.conversation(settings)?),
        commission: Arc::new(ground.commission()),
        payroll: Arc::new(ground.payroll(settings)?),
        integrations: Arc::new(ground.integrations(settings)?),
        callbacks: ground.payments.clone(),
        results: ground.payments.clone(),
        receive_delivery: Arc::new(conversation::ReceiveDelivery {
            letters,
            clock: ground.clock.clone(),
        }),
        access: Arc::new(ground.access(settings)?),
        authenticate: AuthenticateToken {
            book: tokens.clone(),
            clock: ground.clock.clone(),
        },
        mint_token: MintToken {
            book: tokens,
            clock: ground.clock.clone(),
            ids: ground.ids.clone(),
            secrets: Arc::new(SystemChance),
        },
        whatsapp_secrets: AppSecrets::new(whatsapp.app_secret.expose(), before),
        whatsapp_verify_token: whatsapp.verify_token.clone(),
        breakers: ground.breakers,
        database: ground.database,
        clock: ground.clock,
        ids: ground.ids,
    })
}

impl Ground {
    fn booking(&self) -> Booking {
        let (book, catalogue, clock) = (&self.appointments, &self.catalogue, &self.clock);
        let setup = Arc::new(PgSetup::new(self.database.clone()));
        Booking {
            book: book.clone(),
            catalogue: catalogue.clone(),
            find: booking::FindSlots {
                timetable: self.timetable.clone(),
                book: book.clone(),
                clock: clock.clone(),
            },
            hold: booking::HoldVisit {
                book: book.clone(),
                timetable: self.timetable.clone(),
                packages: self.prices.clone(),
                clock: clock.clone(),
                ids: self.ids.clone(),
            },
            confirm: booking::ConfirmVisit {
                book: book.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            expire: booking::ExpireHold {
                book: book.clone(),
                clock: clock.clone(),
            },
            remind: booking::Remind {
                book: book.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            list_day: booking::ListDay {
                book: book.clone(),
                catalogue: catalogue.clone(),
            },
            start: booking::StartAppointment {
                book: book.clone(),
                // Nothing inspects rooms yet.
                gate: Arc::new(OpenGate),
                clock: clock.clone(),
            },
            finish: booking::FinishAppointment {
                book: book.clone(),
                clock: clock.clone(),
            },
            record_actuals: booking::RecordActuals {
                book: book.clone(),
                clock: clock.clone(),
            },
            setup: setup.clone(),
            change_setup: self.change_setup(),
            hits: setup,
            accept: self.accept_request(),
            decline: self.decline_request(),
            counter_offer: booking::CounterOffer {
                book: book.clone(),
                timetable: self.timetable.clone(),
                clock: clock.clone(),
            },
            cancel: booking::CancelAppointment {
                book: book.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            moves: booking::MoveVisit {
                book: book.clone(),
                timetable: self.timetable.clone(),
                clock: clock.clone(),
            },
            attendance: booking::Attendance {
                book: book.clone(),
                catalogue: catalogue.clone(),
                timetable: self.timetable.clone(),
                clock: clock.clone(),
            },
            give_discount: booking::GiveDiscount {
                book: book.clone(),
                catalogue: catalogue.clone(),
                clock: clock.clone(),
            },
            packages: self.prices.clone(),
            keep_package: booking::KeepPackage {
                packages: self.prices.clone(),
                catalogue: catalogue.clone(),
                ids: self.ids.clone(),
            },
            promotions: self.prices.clone(),
            keep_promotion: booking::KeepPromotion {
                promotions: self.prices.clone(),
                catalogue: catalogue.clone(),
                ids: self.ids.clone(),
            },
            relations: self.prices.clone(),
            keep_relation: booking::KeepRelation {
                relations: self.prices.clone(),
                ids: self.ids.clone(),
            },
            complement: self.offer_complement(),
        }
    }

    fn accept_request(&self) -> booking::AcceptRequest {
        booking::AcceptRequest {
            book: self.appointments.clone(),
            catalogue: self.catalogue.clone(),
            clock: self.clock.clone(),
        }
    }

    fn decline_request(&self) -> booking::DeclineRequest {
        booking::DeclineRequest {
            book: self.appointments.clone(),
            clock: self.clock.clone(),
        }
    }

    fn desk(&self) -> Desk {
        Desk::wire(&DeskGround {
            database: self.database.clone(),
            book: self.appointments.clone(),
            timetable: self.timetable.clone(),
            catalogue: self.catalogue.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        })
    }

    fn payments(&self, settings: &SharedSettings) -> Result<Payments, Outage> {
        let (clock, ids) = (&self.clock, &self.ids);
        let book: Arc<dyn PaymentBook> = self.payments.clone();
        let inbox: Arc<dyn CallbackInbox> = self.payments.clone();
        let money: Arc<dyn MobileMoney> = Arc::new(self.daraja(settings)?);
        Ok(Payments {
            book: book.clone(),
            prompt: payments::PromptFromDesk {
                book: book.clone(),
                house: self.payments.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            resolve: payments::ResolveAttempt {
                book: book.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            push: payments::PushAttempt {
                book: book.clone(),
                visits: self.visits(),
                money: money.clone(),
                tokens: Arc::new(RandomTokens),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            query: payments::QueryAttempt {
                book: book.clone(),
                money,
                letters: self.payments.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            apply_callback: payments::ApplyCallback {
                book: book.clone(),
                finder: self.payments.clone(),
                inbox,
                reader: Arc::new(StkCallbackReader),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            close: payments::CloseVisit {
                book: book.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            status: payments::PaymentStatus {
                book,
                clock: clock.clone(),
            },
            cards: self.cards(settings)?,
            notices: self.payments.clone(),
            notice_reader: Arc::new(PesapalNotices),
            cash: self.cash(),
            settle_dispute: self.settle_dispute(),
            letters: self.letters(),
            by_hand: self.by_hand(),
            till: self.till(),
            journals: self.payments.clone(),
            keys: self.payments.clone(),
            clear: self.clear_suspense(),
            earn: self.earn(),
            tips: self.tips(),
            return_tips: self.return_tips(),
            statements: self.statements(),
        })
    }

    fn daraja(&self, settings: &SharedSettings) -> Result<DarajaClient, Outage> {
        let store: Arc<dyn TokenStore> = self.payments.clone();
        let accounts = Arc::new(InstanceDaraja::new(
            self.database.clone(),
            settings.daraja.account.clone(),
            self.credentials.clone(),
        ));
        let client = DarajaClient::new(accounts, store, self.clock.clone(), Timeouts::default())?;
        let Breakers {
            prompts, reversals, ..
        } = self.breakers.clone();
        Ok(client.with_breakers(prompts, reversals))
    }

    fn cash(&self) -> payments::TakeCash {
        payments::TakeCash {
            book: self.payments.clone(),
            till: self.payments.clone(),
            house: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn till(&self) -> payments::WorkTill {
        payments::WorkTill {
            book: self.payments.clone(),
            takings: self.payments.clone(),
            house: self.payments.clone(),
            clock: self.clock.clone(),
            ids: self.ids.clone(),
        }
    }

    fn conversation(&self, settings: &SharedSettings) -> Result<Conversation, Outage> {
        let (clock, ids) = (&self.clock, &self.ids);
        let whatsapp = &settings.whatsapp;
        let accounts = Arc::new(RoutedAccounts {
            database: self.database.clone(),
            access_token: AccessToken::new(whatsapp.access_token.expose()),
            credentials: self.credentials.clone(),
        });
        let client = ClientSettings {
            base_url: whatsapp.base_url.clone(),
            version: whatsapp.version.clone(),
            connect_timeout_ms: 3_000,
            timeout_ms: 10_000,
        };
        let messenger = WhatsappMessenger::new(client, accounts, clock.clone())?;
        let messenger = messenger.with_breaker(self.breakers.messages.clone());
        let messenger = Arc::new(messenger);
        let office: Arc<dyn talk::TemplateOffice> = messenger.clone();
        let messenger: Arc<dyn talk::ClientMessenger> = Arc::new(WithInvitations {
            messenger,
            invitations: self.invitations(),
            page: join_page(settings.public_url.trim_end_matches('/')),
        });
        let work_templates = || conversation::WorkTemplates {
            book: self.conversation.clone(),
            office: office.clone(),
            clock: clock.clone(),
        };
        let reader: Arc<dyn talk::ChannelReader> = Arc::new(WhatsappReader);
        let threads: Arc<dyn talk::ThreadBook> = self.conversation.clone();
        let messages: Arc<dyn talk::MessageBook> = self.conversation.clone();
        let names: Arc<dyn talk::NameBook> = self.conversation.clone();
        let profile: Arc<dyn talk::BusinessProfile> = self.conversation.clone();
        let templates: Arc<dyn talk::TemplateRegister> = self.conversation.clone();
        let desk: Arc<dyn talk::BookingDesk> = Arc::new(self.booking_desk());
        let visits: Arc<dyn talk::VisitDesk> = Arc::new(self.visit_desk(settings)?);
        let till: Arc<dyn talk::PaymentDesk> = Arc::new(self.payment_desk(settings));
        Ok(Conversation {
            take_turn: conversation::TakeTurn {
                book: threads.clone(),
                messages: messages.clone(),
                reader: reader.clone(),
                names: names.clone(),
                desk: desk.clone(),
                visits: visits.clone(),
                payments: till.clone(),
                knowledge: self.conversation.clone(),
                model: self.model(settings)?,
                office: Arc::new(self.back_office()),
                profile: profile.clone(),
                messenger: messenger.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            hand_over: conversation::HandOver {
                book: threads.clone(),
                reader: reader.clone(),
                names: names.clone(),
                profile: profile.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            work_templates: work_templates(),
            work_cohort: self.work_cohort(),
            work_handoff: conversation::WorkHandoff {
                book: threads.clone(),
                messages: messages.clone(),
                reader: reader.clone(),
                names: names.clone(),
                desk: desk.clone(),
                profile: profile.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            tell: conversation::Tell {
                book: threads.clone(),
                messages: messages.clone(),
                reader: reader.clone(),
                names: names.clone(),
                desk,
                visits,
                payments: till,
                profile: profile.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            tell_invited: conversation::TellInvited {
                book: threads.clone(),
                profile: profile.clone(),
                templates: templates.clone(),
                clock: clock.clone(),
                ids: ids.clone(),
            },
            send: conversation::SendMessage {
                book: messages.clone(),
                messenger: messenger.clone(),
                profile: profile.clone(),
                templates,
                clock: clock.clone(),
            },
            read_archive: conversation::ReadArchive {
                book: threads.clone(),
                reader: reader.clone(),
            },
            apply_status: conversation::ApplyStatus {
                book: messages,
                messenger,
                reader,
                templates: work_templates(),
                clock: clock.clone(),
            },
            knowledge: self.conversation.clone(),
            personalities: self.conversation.clone(),
            keep_knowledge: conversation::KeepKnowledge {
                book: self.conversation.clone(),
                ids: ids.clone(),
            },
            close_idle: conversation::CloseIdleThreads {
                book: threads.clone(),
                clock: clock.clone(),
            },
            archive: conversation::ArchiveThreads {
                book: threads,
                profile: profile.clone(),
                clock: clock.clone(),
            },
        })
    }

    fn booking_desk(&self) -> BookingDeskBridge {
        let (timetable, clock) = (&self.timetable, &self.clock);
        BookingDeskBridge {
            catalogue: self.catalogue.clone(),
            promotions: self.prices.clone(),
            menus: Menus::default(),
            offer: booking::OfferSlot {
                timetable: timetable.clone(),
                book: self.appointments.clone(),
                clock: clock.clone(),
            },
            find: booking::FindSlots {
                timetable: timetable.clone(),
                book: self.appointments.clone(),
                clock: clock.clone(),
            },
            complement: self.offer_complement(),
            hold: booking::HoldVisit {
                book: self.appointments.clone(),
                timetable: timetable.clone(),
                packages: self.prices.clone(),
                clock: clock.clone(),
                ids: self.ids.clone(),
            },
            clock: clock.clone(),
        }
    }

    fn visit_desk(&self, settings: &SharedSettings) -> Result<VisitDeskBridge, Outage> {
        let waitlist: Arc<dyn Waitlist> = Arc::new(PgWaitlist::new(self.database.clone()));
        Ok(VisitDeskBridge {
            book: self.appointments.clone(),
            cancel: booking::CancelAppointment {
                book: self.appointments.clone(),
                catalogue: self.catalogue.clone(),
                clock: self.clock.clone(),
            },
            moves: self.offer_move(),
            move_visit: self.move_visit(),
            accept: self.accept_request(),
            decline: self.decline_request(),
            accept_offer: booking::AcceptWaitlistOffer {
                waitlist: waitlist.clone(),
                book: self.appointments.clone(),
                catalogue: self.catalogue.clone(),
                clock: self.clock.clone(),
            },
            pass_offer: booking::PassWaitlistOffer {
                waitlist: waitlist.clone(),
                book: self.appointments.clone(),
                clock: self.clock.clone(),
            },
            waitlist,
            payments: self.payment_status(),
            imports: Arc::new(PgImports::new(self.database.clone())),
            give: self.give_back(settings)?,
        })
    }

    fn payment_desk(&self, settings: &SharedSettings) -> PaymentDeskBridge {
        let book: Arc<dyn PaymentBook> = self.payments.clone();
        let house: Arc<dyn HouseCurrency> = self.payments.clone();
        PaymentDeskBridge {
            request: payments::RequestPayment {
                book: book.clone(),
                house,
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            again: payments::ResendPrompt {
                book,
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            status: self.payment_status(),
            refunds: self.payments.clone(),
            spend: self.spend_credit(),
            rules: self.payments.clone(),
            book: self.appointments.clone(),
            cards: self.card_requests(settings),
            extend: self.extend_hold(),
            clock: self.clock.clone(),
            ways: ways_to_pay(settings),
            tips: self.tips(),
            teams: Arc::new(PgCommission::new(self.database.clone())),
        }
    }

    fn payment_status(&self) -> payments::PaymentStatus {
        payments::PaymentStatus {
            book: self.payments.clone(),
            clock: self.clock.clone(),
        }
    }

    fn commission(&self) -> Commission {
        let pg = Arc::new(PgCommission::new(self.database.clone()));
        let (work, rules): (Arc<dyn CompletedWork>, Arc<dyn CommissionRules>) = (pg.clone(), pg.clone());
        let book: Arc<dyn CommissionBook> = pg.clone();
        Commission {
            book: book.clone(),
            teams: pg.clone(),
            disputes: commission::WorkDisputes {
                book: book.clone(),
                disputes: pg.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            share: commission::ShareTeam {
                teams: pg,
                clock: self.clock.clone(),
            },
            preview: commission::PreviewPeriod {
                work: work.clone(),
                rules: rules.clone(),
            },
            close: commission::ClosePeriod {
                work: work.clone(),
                rules: rules.clone(),
                book: book.clone(),
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
            rules: commission::ManageRules {
                rules: rules.clone(),
                book: book.clone(),
                clock: self.clock.clone(),
            },
            amend: commission::AmendPeriod {
                work,
                rules,
                book,
                clock: self.clock.clone(),
                ids: self.ids.clone(),
            },
        }
    }
}
