//! The words on a receipt.

use super::Tongue;

/// One word, or a few, on a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ReceiptWord {
    /// What it is.
    Title,
    /// By which the visit is named.
    Reference,
    /// When it was drawn up.
    Issued,
    /// Before what is charged for a service that was cancelled or not come to.
    Fee,
    /// Taken off a price.
    Discount,
    /// All that is charged.
    Total,
    /// Given to the staff on top.
    Tip,
    /// Paid by M-Pesa.
    Mpesa,
    /// Paid by card.
    Card,
    /// Paid in cash.
    Cash,
    /// Paid from the customer's credit.
    Credit,
    /// Paid by a way that is not seen from here.
    Elsewhere,
    /// All that was paid.
    Paid,
    /// What of it became the customer's credit.
    ToCredit,
    /// Given back.
    Refunded,
    /// To be given back, and not arrived yet.
    RefundUnderWay,
    /// What the business keeps of what was paid.
    Kept,
    /// What the business gave back by its own decision, and does not ask for again.
    LetOff,
    /// Still to be paid.
    Balance,
    /// Nothing is still to be paid.
    NothingOwed,
    /// Begins the name of the file.
    FileName,
    /// Under the document in the chat.
    Caption,
}

impl ReceiptWord {
    /// All of them, in the order of declaration.
    pub const ALL: [Self; 22] = [
        Self::Title,
        Self::Reference,
        Self::Issued,
        Self::Fee,
        Self::Discount,
        Self::Total,
        Self::Tip,
        Self::Mpesa,
        Self::Card,
        Self::Cash,
        Self::Credit,
        Self::Elsewhere,
        Self::Paid,
        Self::ToCredit,
        Self::Refunded,
        Self::RefundUnderWay,
        Self::Kept,
        Self::LetOff,
        Self::Balance,
        Self::NothingOwed,
        Self::FileName,
        Self::Caption,
    ];

    /// The word in a language.
    #[must_use]
    pub const fn word(self, tongue: Tongue) -> &'static str {
        match tongue {
            Tongue::English => self.english(),
            Tongue::Swahili => self.swahili(),
        }
    }

    const fn english(self) -> &'static str {
        match self {
            Self::Title => "RECEIPT",
            Self::Reference => "Reference",
            Self::Issued => "Date",
            Self::Fee => "Fee",
            Self::Discount => "Discount",
            Self::Total => "Total",
            Self::Tip => "Tip for the staff, not in the total",
            Self::Mpesa => "M-Pesa",
            Self::Card => "Card",
            Self::Cash => "Cash",
            Self::Credit => "Your credit",
            Self::Elsewhere => "Other way",
            Self::Paid => "Paid",
            Self::ToCredit => "Kept as your credit",
            Self::Refunded => "Refunded",
            Self::RefundUnderWay => "Refund under way",
            Self::Kept => "Paid, less what went back",
            Self::LetOff => "Not asked for again",
            Self::Balance => "Still to pay",
            Self::NothingOwed => "Nothing left to pay",
            Self::FileName => "receipt",
            Self::Caption => "Your receipt",
        }
    }

    const fn swahili(self) -> &'static str {
        match self {
            Self::Title => "RISITI",
            Self::Reference => "Namba",
            Self::Issued => "Tarehe",
            Self::Fee => "Ada",
            Self::Discount => "Punguzo",
            Self::Total => "Jumla",
            Self::Tip => "Bakshishi ya mhudumu, haimo kwenye jumla",
            Self::Mpesa => "M-Pesa",
            Self::Card => "Kadi",
            Self::Cash => "Pesa taslimu",
            Self::Credit => "Salio lako",
            Self::Elsewhere => "Njia nyingine",
            Self::Paid => "Imelipwa",
            Self::ToCredit => "Imewekwa kama salio lako",
            Self::Refunded => "Imerudishwa",
            Self::RefundUnderWay => "Inarudishwa",
            Self::Kept => "Imelipwa, bila iliyorudishwa",
            Self::LetOff => "Haidaiwi tena",
            Self::Balance => "Bado kulipwa",
            Self::NothingOwed => "Hakuna kilichobaki kulipwa",
            Self::FileName => "risiti",
            Self::Caption => "Risiti yako",
        }
    }
}
