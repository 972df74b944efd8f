// Printed from the database by the test `schema_rs_equals_what_the_database_prints`; do not edit.

diesel::table! {
    access_keys (key_hash) {
        key_hash -> Bytea,
        kind -> Text,
        tenant_id -> Uuid,
        subject_id -> Uuid,
    }
}

diesel::table! {
    appointment_staff (tenant_id, appointment_id, staff_id) {
        tenant_id -> Uuid,
        appointment_id -> Uuid,
        staff_id -> Uuid,
        position -> SmallInt,
        share_basis_points -> Nullable<Integer>,
    }
}

diesel::table! {
    appointments (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        visit_id -> Uuid,
        customer_id -> Uuid,
        service_id -> Uuid,
        staff_id -> Uuid,
        state -> Text,
        state_at -> Timestamptz,
        hold_expires_at -> Nullable<Timestamptz>,
        fee_minor -> Nullable<BigInt>,
        start_at -> Timestamptz,
        end_at -> Timestamptz,
        channel -> Text,
        staff_requested -> Bool,
        currency -> Text,
        list_price_minor -> BigInt,
        discount_minor -> BigInt,
        discount_reason -> Nullable<Text>,
        charged_minor -> BigInt,
        deposit_minor -> BigInt,
        tax_basis_points -> Integer,
        product_cost_minor -> BigInt,
        plan -> Jsonb,
        version -> Integer,
        created_at -> Timestamptz,
        actual_start_at -> Nullable<Timestamptz>,
        actual_end_at -> Nullable<Timestamptz>,
        tip_amount -> Nullable<Numeric>,
        staff_notes -> Nullable<Text>,
        awaits -> Nullable<Text>,
        discount_source -> Nullable<Text>,
        discount_by -> Nullable<Text>,
        discount_basis_points -> Nullable<Integer>,
        history -> Nullable<Jsonb>,
    }
}

diesel::table! {
    archived_messages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Nullable<Uuid>,
        at -> Timestamptz,
        archived_at -> Timestamptz,
        log -> Json,
    }
}

diesel::table! {
    archived_threads (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        opened_at -> Timestamptz,
        closed_at -> Timestamptz,
        archived_at -> Timestamptz,
        log -> Json,
    }
}

diesel::table! {
    audit_checks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        checked_at -> Timestamptz,
        head_position -> BigInt,
        head_hash -> Bytea,
        sound -> Bool,
        unsealed -> BigInt,
        findings -> Jsonb,
    }
}

diesel::table! {
    audit_entries (tenant_id, seq) {
        tenant_id -> Uuid,
        seq -> BigInt,
        xact -> BigInt,
        recorded_at -> Timestamptz,
        verb -> Text,
        subject_kind -> Text,
        subject_id -> Nullable<Uuid>,
        actor -> Text,
        origin -> Nullable<Text>,
        db_role -> Text,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
        hidden -> Array<Text>,
        customer_id -> Nullable<Uuid>,
        personal -> Nullable<Bytea>,
    }
}

diesel::table! {
    audit_marks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> BigInt,
        position -> BigInt,
        hash -> Bytea,
        ahead -> BigInt,
        marked_at -> Timestamptz,
        server -> Nullable<BigInt>,
        horizon -> Nullable<BigInt>,
        top -> Nullable<BigInt>,
        whole -> Nullable<BigInt>,
    }
}

diesel::table! {
    audit_seals (tenant_id, position) {
        tenant_id -> Uuid,
        position -> BigInt,
        entry_seq -> BigInt,
        entry_hash -> Bytea,
        hash -> Bytea,
        horizon -> BigInt,
        sealed_at -> Timestamptz,
    }
}

diesel::table! {
    blocks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Nullable<Uuid>,
        resource_id -> Nullable<Uuid>,
        seat -> Nullable<SmallInt>,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        reason -> Nullable<Text>,
        made_at -> Timestamptz,
        made_by -> Text,
        removed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    bookings_hit (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        cause -> Text,
        cause_id -> Nullable<Uuid>,
        cause_day -> Nullable<Date>,
        appointment_id -> Uuid,
        start_at -> Timestamptz,
        subject_id -> Uuid,
        seat -> SmallInt,
        found_at -> Timestamptz,
        found_by -> Text,
        resolved_at -> Nullable<Timestamptz>,
        resolved_by -> Nullable<Text>,
    }
}

diesel::table! {
    calendar_feeds (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        staff_id -> Nullable<Uuid>,
        names_shown -> Bool,
        created_at -> Timestamptz,
        last_used_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    card_notice_addresses (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        account_hash -> Bytea,
        provider_id -> Text,
        created_at -> Timestamptz,
        retired_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    card_notices (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        attempt_id -> Uuid,
        tracking -> Text,
        body -> Bytea,
        source_address -> Nullable<Text>,
        received_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
        by_return -> Bool,
    }
}

diesel::table! {
    channel_routes (channel, external_id) {
        channel -> Text,
        external_id -> Text,
        tenant_id -> Uuid,
        dialable -> Nullable<Text>,
        account_id -> Nullable<Text>,
    }
}

diesel::table! {
    cohort_invitations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        place -> Nullable<Integer>,
        state -> Text,
        invited_by -> Text,
        invited_at -> Timestamptz,
        state_at -> Timestamptz,
    }
}

diesel::table! {
    commission_agreed (tenant_id, period_start) {
        tenant_id -> Uuid,
        period_start -> Date,
        inputs -> Bytea,
        documents -> Integer,
    }
}

diesel::table! {
    commission_dismissal (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Uuid,
        period_start -> Date,
        content_hash -> Bytea,
        reason -> Text,
        dismissed_by -> Uuid,
        dismissed_at -> Timestamptz,
    }
}

diesel::table! {
    commission_disputes (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        period_id -> Uuid,
        position -> Integer,
        staff_id -> Uuid,
        reason -> Text,
        opened_by -> Text,
        opened_at -> Timestamptz,
        state -> Text,
        decided_by -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>,
        answer -> Nullable<Text>,
        version -> Integer,
    }
}

diesel::table! {
    commission_draft (tenant_id, period_start, period_end) {
        tenant_id -> Uuid,
        period_start -> Date,
        period_end -> Date,
        content -> Jsonb,
        content_hash -> Bytea,
        drafted_at -> Timestamptz,
    }
}

diesel::table! {
    commission_line (tenant_id, period_id, position) {
        tenant_id -> Uuid,
        period_id -> Uuid,
        position -> Integer,
        appointment_id -> Uuid,
        rule_id -> Nullable<Uuid>,
        base_minor -> BigInt,
        rate_basis_points -> Nullable<Integer>,
        amount_minor -> BigInt,
        tip_minor -> BigInt,
        minutes -> Integer,
        reason -> Jsonb,
    }
}

diesel::table! {
    commission_period (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Uuid,
        period_start -> Date,
        period_end -> Date,
        #[sql_name = "type"]
        type_ -> Text,
        amendment_of_id -> Nullable<Uuid>,
        commission_kes_minor -> BigInt,
        tip_kes_minor -> BigInt,
        hours_worked -> Numeric,
        services_rendered_count -> Integer,
        frozen_at -> Timestamptz,
        frozen_by -> Text,
        vendor_period_id -> Nullable<Text>,
        content_hash -> Bytea,
        engine_version -> Text,
        rules -> Jsonb,
        top_up_kes_minor -> BigInt,
        carried_kes_minor -> BigInt,
        terms -> Nullable<Jsonb>,
    }
}

diesel::table! {
    commission_rules (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Nullable<Uuid>,
        service_category -> Nullable<Text>,
        rule_type -> Text,
        value -> Jsonb,
        valid_from -> Date,
        valid_to -> Nullable<Date>,
    }
}

diesel::table! {
    confirmation_addresses (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        short_code -> Text,
        refuses_unknown -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    consents (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        purpose -> Text,
        action -> Text,
        wording -> Text,
        wording_version -> Text,
        channel -> Text,
        at -> Timestamptz,
    }
}

diesel::table! {
    conversation_threads (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        channel -> Text,
        driver -> Text,
        state -> Jsonb,
        language -> Nullable<Text>,
        version -> Integer,
        opened_at -> Timestamptz,
        last_activity_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        turns -> Integer,
        model_cost_micros -> BigInt,
    }
}

diesel::table! {
    credit_payouts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        way -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        reason -> Text,
        reference -> Nullable<Text>,
        refund_id -> Nullable<Uuid>,
        request_key -> Text,
        fingerprint -> Bytea,
        paid_by -> Text,
        paid_at -> Timestamptz,
    }
}

diesel::table! {
    credit_spends (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        visit_id -> Uuid,
        payment_id -> Uuid,
        currency -> Text,
        amount_minor -> BigInt,
        request_key -> Text,
        fingerprint -> Bytea,
        spent_by -> Text,
        spent_at -> Timestamptz,
    }
}

diesel::table! {
    cross_sell_relations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        primary_service_id -> Uuid,
        complement_service_id -> Uuid,
        confidence_basis_points -> Integer,
        active -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    customer_keys (tenant_id, customer_id) {
        tenant_id -> Uuid,
        customer_id -> Uuid,
        key -> Nullable<Bytea>,
        destroyed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    customer_words (tenant_id, word, customer_id) {
        tenant_id -> Uuid,
        word -> Text,
        customer_id -> Uuid,
    }
}

diesel::table! {
    customers (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        phone -> Nullable<Text>,
        channel_user_id -> Nullable<Text>,
        name -> Nullable<Text>,
        language -> Nullable<Text>,
        in_cohort -> Bool,
        opted_out_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        version -> Integer,
        cohort_invitation_id -> Nullable<Uuid>,
        erased_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    data_requests (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        wish -> Text,
        asked_at -> Timestamptz,
        due_at -> Timestamptz,
        taken_by -> Text,
        state -> Text,
        ended_at -> Nullable<Timestamptz>,
        document_hash -> Nullable<Bytea>,
        rows_of -> Nullable<Jsonb>,
        refused_because -> Nullable<Text>,
    }
}

diesel::table! {
    dead_letters_taken_back (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        letter_id -> Uuid,
        request_key -> Text,
        fingerprint -> Bytea,
        receipt -> Nullable<Text>,
        came_receipt -> Nullable<Text>,
        said_by -> Text,
        said_reason -> Text,
        said_at -> Timestamptz,
        taken_back_by -> Text,
        taken_back_reason -> Text,
        taken_back_at -> Timestamptz,
        payment_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    engagements (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        subject_kind -> Text,
        subject_id -> Uuid,
        seat -> SmallInt,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        span -> Range<Timestamptz>,
        buffer_before_minutes -> Integer,
        buffer_after_minutes -> Integer,
        buffers_shared -> Bool,
        purpose -> Text,
        appointment_id -> Nullable<Uuid>,
        active -> Bool,
        held_until -> Nullable<Timestamptz>,
        load_minutes -> Integer,
        block_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    feature_flags (tenant_id, feature) {
        tenant_id -> Uuid,
        feature -> Text,
        is_on -> Bool,
        changed_by -> Text,
        changed_at -> Timestamptz,
    }
}

diesel::table! {
    handoff_words (tenant_id, message_id) {
        tenant_id -> Uuid,
        message_id -> Uuid,
        handoff_id -> Uuid,
        said_by -> Text,
    }
}

diesel::table! {
    handoffs (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        thread_id -> Uuid,
        reason -> Text,
        since -> Timestamptz,
        lines -> Jsonb,
        taken_phone -> Nullable<Text>,
        taken_subject -> Nullable<Text>,
        taken_name -> Nullable<Text>,
        taken_at -> Nullable<Timestamptz>,
        touched_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        ended_how -> Nullable<Text>,
    }
}

diesel::table! {
    holidays (tenant_id, day) {
        tenant_id -> Uuid,
        day -> Date,
        name -> Text,
        blocks -> Jsonb,
        version -> Integer,
    }
}

diesel::table! {
    imports (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        state -> Text,
        state_at -> Timestamptz,
        rows -> Jsonb,
        ignored -> Jsonb,
        created_count -> Nullable<Integer>,
        known_count -> Nullable<Integer>,
        created_at -> Timestamptz,
        version -> Integer,
    }
}

diesel::table! {
    inbound_messages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        channel -> Text,
        provider_id -> Text,
        sender_key -> Text,
        sent_at -> Timestamptz,
        received_at -> Timestamptz,
        raw -> Json,
        thread_id -> Nullable<Uuid>,
        handled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    inbound_quarantine (id) {
        id -> Uuid,
        tenant_id -> Nullable<Uuid>,
        channel -> Text,
        reason -> Text,
        body -> Bytea,
        received_at -> Timestamptz,
        state -> Text,
        handled_by -> Nullable<Text>,
        handled_reason -> Nullable<Text>,
    }
}

diesel::table! {
    invitations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        phone -> Text,
        name -> Text,
        role -> Text,
        staff_id -> Nullable<Uuid>,
        invited_by -> Nullable<Text>,
        invited_at -> Timestamptz,
        expires_at -> Timestamptz,
        sends -> Integer,
        accepted_by -> Nullable<Uuid>,
        accepted_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        version -> Integer,
        order_key -> Nullable<Text>,
        order_print -> Nullable<Bytea>,
    }
}

diesel::table! {
    jobs (id) {
        id -> Uuid,
        seq -> BigInt,
        kind -> Text,
        tenant_id -> Nullable<Uuid>,
        payload -> Jsonb,
        run_at -> Timestamptz,
        state -> Text,
        attempts -> Integer,
        lease_until -> Nullable<Timestamptz>,
        ordering_key -> Nullable<Text>,
        dedup_key -> Nullable<Text>,
        last_error -> Nullable<Text>,
        history -> Jsonb,
        first_failed_at -> Nullable<Timestamptz>,
        enqueued_at -> Timestamptz,
    }
}

diesel::table! {
    knowledge_snippets (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        category -> Text,
        language -> Text,
        title -> Text,
        body -> Text,
        version -> Integer,
    }
}

diesel::table! {
    ledger_entries (tenant_id, journal_id, position) {
        tenant_id -> Uuid,
        journal_id -> Uuid,
        position -> SmallInt,
        account -> Text,
        customer_id -> Nullable<Uuid>,
        payment_id -> Nullable<Uuid>,
        currency -> Text,
        amount_minor -> BigInt,
        till_session_id -> Nullable<Uuid>,
        staff_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    ledger_journals (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        cause -> Text,
        payment_id -> Nullable<Uuid>,
        attempt_id -> Nullable<Uuid>,
        occurred_at -> Timestamptz,
    }
}

diesel::table! {
    member_profiles (tenant_id, person_id) {
        tenant_id -> Uuid,
        person_id -> Uuid,
        name -> Text,
        email -> Nullable<Text>,
    }
}

diesel::table! {
    memberships (tenant_id, person_id) {
        tenant_id -> Uuid,
        person_id -> Uuid,
        role -> Text,
        suspended_at -> Nullable<Timestamptz>,
        staff_id -> Nullable<Uuid>,
        joined_at -> Timestamptz,
        version -> Integer,
    }
}

diesel::table! {
    message_statuses (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        channel -> Text,
        provider_id -> Text,
        status -> Text,
        callback_data -> Nullable<Text>,
        occurred_at -> Timestamptz,
        received_at -> Timestamptz,
        raw -> Json,
    }
}

diesel::table! {
    message_templates (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        language -> Text,
        category -> Nullable<Text>,
        body -> Nullable<Text>,
        parameters -> Nullable<Integer>,
        state -> Text,
        reason -> Nullable<Text>,
        provider_id -> Nullable<Text>,
        state_at -> Timestamptz,
        told_at -> Nullable<Timestamptz>,
        reported_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mpesa_statement_absences (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        attempt_id -> Nullable<Uuid>,
        refund_id -> Nullable<Uuid>,
        verdict -> Text,
        decided_by -> Text,
        decided_reason -> Text,
        decided_at -> Timestamptz,
    }
}

diesel::table! {
    mpesa_statement_lines (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        statement_id -> Uuid,
        line_no -> Integer,
        receipt -> Text,
        completed_at -> Timestamptz,
        kind -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        account -> Nullable<Text>,
        linked_receipt -> Nullable<Text>,
        state -> Text,
        attempt_id -> Nullable<Uuid>,
        refund_id -> Nullable<Uuid>,
        payment_id -> Nullable<Uuid>,
        decided_by -> Nullable<Text>,
        decided_reason -> Nullable<Text>,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mpesa_statement_lines_taken_back (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        line_id -> Uuid,
        request_key -> Text,
        fingerprint -> Bytea,
        state -> Text,
        said_by -> Text,
        said_reason -> Text,
        said_at -> Timestamptz,
        taken_back_by -> Text,
        taken_back_reason -> Text,
        taken_back_at -> Timestamptz,
    }
}

diesel::table! {
    mpesa_statements (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        file_hash -> Bytea,
        covers_from -> Nullable<Timestamptz>,
        covers_until -> Nullable<Timestamptz>,
        brought_in_by -> Text,
        brought_in_at -> Timestamptz,
    }
}

diesel::table! {
    opening_hours (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        weekday -> SmallInt,
        from_minute -> SmallInt,
        to_minute -> SmallInt,
    }
}

diesel::table! {
    order_keys (tenant_id, request_key) {
        tenant_id -> Uuid,
        request_key -> Text,
        place -> Bytea,
        used_at -> Timestamptz,
    }
}

diesel::table! {
    outbox (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        seq -> BigInt,
        topic -> Text,
        payload -> Jsonb,
        occurred_at -> Timestamptz,
        handled_at -> Nullable<Timestamptz>,
        xid -> BigInt,
    }
}

diesel::table! {
    outgoing_messages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        thread_id -> Nullable<Uuid>,
        channel -> Text,
        customer_id -> Nullable<Uuid>,
        recipient_phone -> Nullable<Text>,
        recipient_user_id -> Nullable<Text>,
        purpose -> Text,
        content -> Jsonb,
        fallback -> Nullable<Jsonb>,
        dedup_key -> Text,
        state -> Text,
        state_at -> Timestamptz,
        attempts -> Integer,
        provider_id -> Nullable<Text>,
        reason -> Nullable<Text>,
        delivery -> Nullable<Text>,
        failure_code -> Nullable<BigInt>,
        queued_at -> Timestamptz,
        version -> Integer,
        about_customer_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    package_items (tenant_id, package_id, position) {
        tenant_id -> Uuid,
        package_id -> Uuid,
        position -> SmallInt,
        service_id -> Uuid,
    }
}

diesel::table! {
    packages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        price_minor -> BigInt,
        currency -> Text,
        active -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    payment_attempts (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        payment_id -> Uuid,
        provider -> Text,
        merchant_reference -> Text,
        request_key -> Text,
        payer_phone -> Nullable<Text>,
        currency -> Text,
        amount_minor -> BigInt,
        state -> Text,
        state_at -> Timestamptz,
        reason -> Nullable<Text>,
        provider_code -> Nullable<Text>,
        evidence -> Nullable<Text>,
        dispute -> Nullable<Text>,
        provider_request_id -> Nullable<Text>,
        provider_checkout_id -> Nullable<Text>,
        receipt -> Nullable<Text>,
        queries -> SmallInt,
        answers -> Jsonb,
        created_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        made_by -> Nullable<Text>,
        fingerprint -> Nullable<Bytea>,
        page_url -> Nullable<Text>,
        resolved_by -> Nullable<Text>,
        resolved_reason -> Nullable<Text>,
        resolved_at -> Nullable<Timestamptz>,
        nudged_at -> Nullable<Timestamptz>,
        tip_payment_id -> Nullable<Uuid>,
        tip_appointment_id -> Nullable<Uuid>,
        tip_minor -> Nullable<BigInt>,
        tip_shares -> Nullable<Jsonb>,
        taken_back -> SmallInt,
        reversed -> Bool,
        payer_forgotten -> Bool,
    }
}

diesel::table! {
    payment_callbacks (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        attempt_id -> Uuid,
        provider -> Text,
        body -> Bytea,
        source_address -> Nullable<Text>,
        received_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    payment_callbacks_unrouted (id) {
        id -> Uuid,
        tenant_id -> Nullable<Uuid>,
        provider -> Text,
        reason -> Text,
        body -> Bytea,
        received_at -> Timestamptz,
        state -> Text,
        handled_by -> Nullable<Text>,
        handled_reason -> Nullable<Text>,
        handled_at -> Nullable<Timestamptz>,
        payment_id -> Nullable<Uuid>,
        receipt -> Nullable<Text>,
        assigned_by -> Nullable<Text>,
        assigned_reason -> Nullable<Text>,
        assigned_at -> Nullable<Timestamptz>,
        came_receipt -> Nullable<Text>,
        told_tracking -> Nullable<Text>,
        told_request -> Nullable<Text>,
        told_account -> Nullable<Text>,
        told_currency -> Nullable<Text>,
        told_minor -> Nullable<BigInt>,
        told_at -> Nullable<Timestamptz>,
        known_from -> Nullable<Text>,
    }
}

diesel::table! {
    payment_confirmations (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        body -> Bytea,
        source_address -> Nullable<Text>,
        received_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    payment_refunds (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        payment_id -> Uuid,
        visit_id -> Uuid,
        customer_id -> Uuid,
        attempt_id -> Nullable<Uuid>,
        original_receipt -> Nullable<Text>,
        way -> Text,
        cause -> Text,
        reason -> Text,
        request_key -> Text,
        fingerprint -> Bytea,
        currency -> Text,
        amount_minor -> BigInt,
        requested_by -> Text,
        created_at -> Timestamptz,
        state -> Text,
        state_at -> Timestamptz,
        sent_at -> Nullable<Timestamptz>,
        doubt -> Nullable<Text>,
        provider_code -> Nullable<Text>,
        originator_id -> Nullable<Text>,
        receipt -> Nullable<Text>,
        asked -> SmallInt,
        resolved_by -> Nullable<Text>,
        resolved_reason -> Nullable<Text>,
        answers -> Jsonb,
        tries -> SmallInt,
        given_twice_minor -> Nullable<BigInt>,
        source -> Text,
        reference -> Nullable<Text>,
        taken_of_credit_minor -> Nullable<BigInt>,
    }
}

diesel::table! {
    payment_routing (key_kind, key_hash) {
        key_kind -> Text,
        key_hash -> Bytea,
        tenant_id -> Uuid,
        payment_id -> Uuid,
        attempt_id -> Uuid,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    payment_tips (tenant_id, payment_id) {
        tenant_id -> Uuid,
        payment_id -> Uuid,
        appointment_id -> Uuid,
        shares -> Jsonb,
    }
}

diesel::table! {
    payments (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        visit_id -> Uuid,
        customer_id -> Uuid,
        purpose -> Text,
        state -> Text,
        state_at -> Timestamptz,
        account_reference -> Text,
        currency -> Text,
        due_minor -> BigInt,
        paid_minor -> BigInt,
        version -> Integer,
        created_at -> Timestamptz,
        credited_minor -> BigInt,
    }
}

diesel::table! {
    payroll_export_lines (tenant_id, export_id, position) {
        tenant_id -> Uuid,
        export_id -> Uuid,
        position -> Integer,
        document_id -> Uuid,
        key -> Text,
        staff_no -> Text,
        payee -> Text,
        code -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        quantity -> BigInt,
        basis_hash -> Bytea,
        corrects -> Nullable<Text>,
        result -> Nullable<Text>,
        reason -> Nullable<Text>,
        live -> Bool,
    }
}

diesel::table! {
    payroll_exports (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        month -> Date,
        pay_period -> Date,
        way -> Text,
        dry_run -> Bool,
        company -> Text,
        batch_id -> Uuid,
        state -> Text,
        refused -> Nullable<Text>,
        vendor_period_id -> Nullable<Text>,
        confirmed_by -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamptz>,
        file_hash -> Nullable<Bytea>,
        ordered_by -> Text,
        ordered_at -> Timestamptz,
        version -> Integer,
    }
}

diesel::table! {
    payroll_links (tenant_id, staff_id) {
        tenant_id -> Uuid,
        staff_id -> Uuid,
        staff_no -> Text,
        external_id -> Nullable<Text>,
    }
}

diesel::table! {
    people (id) {
        id -> Uuid,
        issuer -> Text,
        subject -> Text,
    }
}

diesel::table! {
    personal_access_tokens (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        role -> Text,
        staff_id -> Nullable<Uuid>,
        scopes -> Array<Text>,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        minted_by -> Nullable<Text>,
        order_key -> Nullable<Text>,
        order_print -> Nullable<Bytea>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    promotion_services (tenant_id, promotion_id, service_id) {
        tenant_id -> Uuid,
        promotion_id -> Uuid,
        service_id -> Uuid,
    }
}

diesel::table! {
    promotions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        amount_kind -> Text,
        amount_value -> BigInt,
        cap_minor -> Nullable<BigInt>,
        currency -> Text,
        first_day -> Date,
        last_day -> Date,
        weekdays -> Array<SmallInt>,
        categories -> Array<Text>,
        active -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    provider_credentials (tenant_id, provider, name) {
        tenant_id -> Uuid,
        provider -> Text,
        name -> Text,
        key_id -> Text,
        nonce -> Bytea,
        ciphertext -> Bytea,
        set_at -> Timestamptz,
    }
}

diesel::table! {
    provider_tokens (tenant_id, provider, credential_hash) {
        tenant_id -> Uuid,
        provider -> Text,
        credential_hash -> Bytea,
        token -> Nullable<Text>,
        expires_at -> Nullable<Timestamptz>,
        refresh_lease_until -> Nullable<Timestamptz>,
        generation -> BigInt,
    }
}

diesel::table! {
    rail_slates (tenant_id, phone) {
        tenant_id -> Uuid,
        phone -> Text,
        listed -> Array<Uuid>,
        pending -> Nullable<Jsonb>,
        version -> Integer,
        changed_at -> Timestamptz,
        user_id -> Nullable<Text>,
        awaits -> Nullable<Jsonb>,
    }
}

diesel::table! {
    refund_messages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        refund_id -> Uuid,
        brings -> Text,
        timed_out -> Bool,
        body -> Bytea,
        source_address -> Nullable<Text>,
        received_at -> Timestamptz,
        applied_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
    }
}

diesel::table! {
    refund_routing (token_hash) {
        token_hash -> Bytea,
        tenant_id -> Uuid,
        refund_id -> Uuid,
        brings -> Text,
        expires_at -> Timestamptz,
    }
}

diesel::table! {
    resource_outages (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        resource_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    resources (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        kind -> Text,
        name -> Text,
        capacity -> SmallInt,
        active -> Bool,
        version -> Integer,
    }
}

diesel::table! {
    schedules (id) {
        id -> Uuid,
        name -> Text,
        tenant_id -> Nullable<Uuid>,
        zone -> Text,
        at_hour -> SmallInt,
        at_minute -> SmallInt,
        day_of_month -> Nullable<SmallInt>,
        next_run_at -> Timestamptz,
        last_tick_at -> Nullable<Timestamptz>,
        last_success_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    services (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        name_sw -> Nullable<Text>,
        aliases -> Array<Text>,
        category -> Text,
        price_minor -> BigInt,
        currency -> Text,
        deposit_kind -> Text,
        deposit_value -> BigInt,
        segments -> Jsonb,
        buffer_before_minutes -> Integer,
        buffer_after_minutes -> Integer,
        tax_basis_points -> Integer,
        product_cost_minor -> BigInt,
        active -> Bool,
        version -> Integer,
        booking_window -> Jsonb,
        description -> Nullable<Text>,
    }
}

diesel::table! {
    sessions (token_hash) {
        token_hash -> Bytea,
        person_id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        seen_at -> Timestamptz,
    }
}

diesel::table! {
    setup_versions (tenant_id) {
        tenant_id -> Uuid,
        version -> BigInt,
    }
}

diesel::table! {
    silence_keys (tenant_id) {
        tenant_id -> Uuid,
        key -> Bytea,
    }
}

diesel::table! {
    silences (tenant_id, address_hash) {
        tenant_id -> Uuid,
        address_hash -> Bytea,
        opted_out_at -> Timestamptz,
    }
}

diesel::table! {
    staff (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        name -> Text,
        phone -> Nullable<Text>,
        weight -> Integer,
        active -> Bool,
        version -> Integer,
        kra_pin -> Nullable<Text>,
        nssf_number -> Nullable<Text>,
        shif_number -> Nullable<Text>,
        hire_date -> Nullable<Date>,
        employment_type -> Nullable<Text>,
        base_pay_kes_minor -> Nullable<BigInt>,
    }
}

diesel::table! {
    staff_hours (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Uuid,
        weekday -> SmallInt,
        from_minute -> SmallInt,
        to_minute -> SmallInt,
    }
}

diesel::table! {
    staff_leave (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        staff_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        reason -> Nullable<Text>,
    }
}

diesel::table! {
    staff_overrides (tenant_id, staff_id, day) {
        tenant_id -> Uuid,
        staff_id -> Uuid,
        day -> Date,
        blocks -> Jsonb,
        version -> Integer,
    }
}

diesel::table! {
    staff_services (tenant_id, staff_id, service_id) {
        tenant_id -> Uuid,
        staff_id -> Uuid,
        service_id -> Uuid,
    }
}

diesel::table! {
    suspense_clearings (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        journal_id -> Uuid,
        posted_id -> Uuid,
        account -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        reason -> Text,
        request_key -> Text,
        fingerprint -> Bytea,
        cleared_by -> Text,
        cleared_at -> Timestamptz,
    }
}

diesel::table! {
    suspense_clearings_undone (tenant_id, clearing_id) {
        tenant_id -> Uuid,
        clearing_id -> Uuid,
        posted_id -> Uuid,
        reason -> Text,
        request_key -> Text,
        fingerprint -> Bytea,
        undone_by -> Text,
        undone_at -> Timestamptz,
    }
}

diesel::table! {
    tenant_settings (tenant_id) {
        tenant_id -> Uuid,
        business_name -> Text,
        zone -> Text,
        currency -> Text,
        booking -> Jsonb,
        conversation -> Jsonb,
        payments -> Jsonb,
        commission -> Jsonb,
        version -> Integer,
        hours_version -> Integer,
        payments_version -> Integer,
        personality -> Jsonb,
        personality_version -> Integer,
        commission_version -> Integer,
    }
}

diesel::table! {
    tenants (id) {
        id -> Uuid,
        state -> Text,
        created_at -> Timestamptz,
        order_key -> Nullable<Bytea>,
        order_print -> Nullable<Bytea>,
        order_invitation -> Nullable<Uuid>,
    }
}

diesel::table! {
    till_movements (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        session_id -> Uuid,
        request_key -> Text,
        request_print -> Bytea,
        kind -> Text,
        currency -> Text,
        amount_minor -> BigInt,
        reason -> Text,
        moved_by -> Text,
        moved_at -> Timestamptz,
        staff_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    till_sessions (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        open_key -> Text,
        open_print -> Bytea,
        opened_at -> Timestamptz,
        opened_by -> Text,
        currency -> Text,
        float_minor -> BigInt,
        carried_minor -> BigInt,
        close_key -> Nullable<Text>,
        close_print -> Nullable<Bytea>,
        closed_at -> Nullable<Timestamptz>,
        closed_by -> Nullable<Text>,
        counted_minor -> Nullable<BigInt>,
        difference_minor -> Nullable<BigInt>,
        difference_reason -> Nullable<Text>,
        float_reason -> Nullable<Text>,
    }
}

diesel::table! {
    till_sheet_lines (tenant_id, journal_id, account) {
        tenant_id -> Uuid,
        journal_id -> Uuid,
        account -> Text,
        session_id -> Uuid,
        amount_minor -> BigInt,
    }
}

diesel::table! {
    visits (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        hold_key -> Nullable<Text>,
        reminded -> Array<Text>,
        lost_at -> Nullable<Timestamptz>,
        version -> Integer,
        created_at -> Timestamptz,
        accepted_by -> Nullable<Text>,
        order_fingerprint -> Nullable<Bytea>,
    }
}

diesel::table! {
    visits_from_elsewhere (tenant_id, visit_id) {
        tenant_id -> Uuid,
        visit_id -> Uuid,
        import_id -> Uuid,
        row_number -> SmallInt,
        paid_minor -> BigInt,
        currency -> Text,
    }
}

diesel::table! {
    waitlist_entries (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Uuid,
        first_day -> Date,
        last_day -> Date,
        from_minute -> SmallInt,
        to_minute -> SmallInt,
        channel -> Text,
        priority -> SmallInt,
        joined_at -> Timestamptz,
        state -> Text,
        ended_at -> Nullable<Timestamptz>,
        version -> Integer,
        order_key -> Nullable<Text>,
    }
}

diesel::table! {
    waitlist_offers (tenant_id, entry_id, number) {
        tenant_id -> Uuid,
        entry_id -> Uuid,
        number -> SmallInt,
        visit_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        made_at -> Timestamptz,
        until -> Timestamptz,
        outcome -> Nullable<Text>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    waitlist_parts (tenant_id, entry_id, position) {
        tenant_id -> Uuid,
        entry_id -> Uuid,
        position -> SmallInt,
        service_id -> Uuid,
        wish -> Text,
        staff_id -> Nullable<Uuid>,
        guest -> SmallInt,
    }
}

diesel::table! {
    walk_in_parts (tenant_id, entry_id, position) {
        tenant_id -> Uuid,
        entry_id -> Uuid,
        position -> SmallInt,
        service_id -> Uuid,
        wish -> Text,
        staff_id -> Nullable<Uuid>,
        guest -> SmallInt,
    }
}

diesel::table! {
    walk_ins (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        customer_id -> Nullable<Uuid>,
        guest_name -> Nullable<Text>,
        joined_at -> Timestamptz,
        state -> Text,
        ended_at -> Nullable<Timestamptz>,
        visit_id -> Nullable<Uuid>,
        departure -> Nullable<Text>,
        version -> Integer,
        order_key -> Nullable<Text>,
    }
}

diesel::table! {
    webhook_deliveries (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        endpoint_id -> Uuid,
        event_id -> Uuid,
        event -> Text,
        occurred_at -> Timestamptz,
        body -> Text,
        state -> Text,
        state_at -> Timestamptz,
        dead_because -> Nullable<Text>,
        round -> SmallInt,
        tries -> Jsonb,
        version -> Integer,
    }
}

diesel::table! {
    webhook_endpoints (tenant_id, id) {
        tenant_id -> Uuid,
        id -> Uuid,
        url -> Text,
        description -> Text,
        events -> Array<Text>,
        secret -> Nullable<Bytea>,
        secret_before -> Nullable<Bytea>,
        secret_before_until -> Nullable<Timestamptz>,
        state -> Text,
        switched_off_at -> Nullable<Timestamptz>,
        switched_off_because -> Nullable<Text>,
        failing_since -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        version -> Integer,
        failed_at -> Nullable<Timestamptz>,
        made_key -> Nullable<Bytea>,
        made_asked -> Nullable<Bytea>,
        rotated_key -> Nullable<Bytea>,
        rotated_asked -> Nullable<Bytea>,
        secret_key_id -> Nullable<Text>,
        secret_nonce -> Nullable<Bytea>,
        secret_ciphertext -> Nullable<Bytea>,
        secret_before_key_id -> Nullable<Text>,
        secret_before_nonce -> Nullable<Bytea>,
        secret_before_ciphertext -> Nullable<Bytea>,
    }
}
