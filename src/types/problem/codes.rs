//! Every code, by area, with what its text mentions.

use super::{Argument, UserError};

codes! {
    /// Problems that were stored as text, before there were codes.
    legacy {
        text(message: Text, hint: Text),
    }
    /// A problem in another light.
    with {
        advice(error: Error, advice: Error),
        endpoint(name: Text, error: Error),
        no_column(error: Error),
    }
    /// Getting at a file's bytes.
    read {
        too_large(size: Bytes),
        unreadable(),
        insecure_page(),
        original_gone(),
        sample_missing(file: Text, reason: Text),
        site_file_missing(path: Text, reason: Text),
    }
    /// Reading a file.
    parse {
        empty(),
        no_text(),
        scan(pages: Count),
        password_needed(),
        wrong_password(),
        too_large(what: Text, size: Count, limit: Count),
        bomb(what: Text, reason: Error),
        corrupt(what: Text, reason: Error),
        unsupported(found: Text, formats: Text),
        too_slow(limit_secs: Count),
        crashed(),
        not_encoded(reason: Text),
        not_decoded(reason: Text),
    }
    /// Chunk settings.
    chunk {
        size(size: Count, least: Count, most: Count),
        overlap(overlap: Count, size: Count, better: Count),
    }
    /// The built-in embedder's files.
    embed {
        vocabulary_without(lines: Count, token: Text),
        magic(found: Text),
        version(found: Count, expected: Count),
        truncated(needed: Count, found: Count),
        checksum(found: Text, expected: Text),
        configuration(what: Text, found: Count, expected: Text),
        safetensors(reason: Text),
        tensor(name: Text, found: Text, expected: Text),
    }
    /// Vectors that an index does not take.
    index {
        dimension(found: Count, expected: Count),
        not_finite(position: Count),
        zero(dimension: Count),
        unsupported(dimension: Count, most: Count),
    }
    /// Retrieval settings.
    retrieve {
        setting(name: Text, value: Number, least: Number, most: Number),
        no_query_vector(mode: Text),
    }
    /// The verbs of the corpus.
    engine {
        no_chunks(name: Text),
        unknown_document(),
        no_such_chunk(text: Text),
        empty_question(),
        empty_corpus(),
        dimensions(embedder: Text, got: Count, expected: Count),
        missing(expected: Count, got: Count),
        not_embedded(embedder: Text),
        stopped(),
        not_started(reason: Text),
        crashed_twice(reason: Text),
        search_crashed(reason: Text),
        index_crashed(reason: Text),
        graph_crashed(reason: Text),
    }
    /// Storage.
    store {
        full(what: Text),
        damaged(what: Text, reason: Text),
        failed(doing: Text, reason: Text),
        unavailable(reason: Text),
        newer(name: Text),
        closed_too_soon(),
        no_room(),
    }
    /// The key vault.
    vault {
        not_a_vault(),
        newer(version: Count, supported: Count),
        damaged(reason: Text),
        weak_kdf(memory_kib: Count, passes: Count),
        costly_kdf(memory_kib: Count, passes: Count, lanes: Count),
        wrong_passphrase(),
        tampered(provider: Text, origin: Text),
        short_passphrase(least: Count),
        too_long(what: Text),
        no_memory(),
        crypto(reason: Text),
        exists(),
        none(),
        locked(),
        changed_elsewhere(),
        no_storage(),
    }
    /// Endpoints, keys and models that no request can be made of.
    request {
        not_sent(error: Error),
        no_address(),
        no_scheme(typed: Text, suggestion: Text),
        unsupported_scheme(scheme: Text),
        has_userinfo(),
        not_a_url(typed: Text, reason: Text),
        bad_key(reason: Error),
        bad_aws_key(reason: Error),
        no_region(),
        no_model(),
        missing_blank(label: Text, example: Text),
        bad_blank(label: Text, reason: Error),
        unknown_provider(id: Text),
        no_route(name: Text, dialect: Text),
        not_offered(name: Text, what: Text),
        retired(name: Text, successor: Text),
        auth_not_taken(name: Text),
        over_budget(spent: Usd, limit: Number, estimate: Usd),
        over_budget_unpriced(spent: Usd, limit: Number),
        endpoint_removed(),
    }
    /// Requests that got no answer that the page may read.
    reach {
        offline(),
        local_denied(host: Text),
        local_asks(host: Text),
        mixed_content(host: Text),
        no_response(host: Text, secs: Number),
        unreachable(host: Text, advice: Error),
        key_hidden(host: Text, why: Error),
        cors(host: Text, origin: Text, advice: Error),
        cors_known(host: Text, origin: Text, name: Text, source: Error, advice: Error),
        unknown(),
        silent(secs: Number),
        only_open(secs: Number),
        nothing_sent(secs: Number),
        stalled(secs: Number),
    }
    /// What a host answered.
    host {
        refused_key(host: Text, status: Count, response: Text, advice: Error),
        requires_key(host: Text, status: Count, response: Text, advice: Error),
        not_found(host: Text, status: Count, response: Text, advice: Error),
        rate_limited(host: Text, status: Count, response: Text, advice: Error),
        quota_used_up(host: Text, status: Count, response: Text, advice: Error),
        blocks_browsers(host: Text, status: Count, response: Text, advice: Error),
        timed_out(host: Text, status: Count, response: Text, advice: Error),
        rejected(host: Text, status: Count, response: Text, advice: Error),
        failed(host: Text, status: Count, response: Text, advice: Error),
        unexpected(host: Text, status: Count, response: Text, advice: Error),
        stream_error(response: Text, advice: Error),
        redirects(host: Text),
        unencrypted(host: Text),
        web_page(response: Text),
        unknown_format(response: Text),
        cut_off(),
        cut_off_amid(),
        connection_closed(),
        damaged(error: Error),
        event_too_large(limit_mb: Count),
        answer_too_long(limit_mb: Count),
        response_too_large(limit_mb: Count, advice: Error),
        no_reason(),
        no_answer(reason: Text, response: Text),
        blocked_question(reason: Text, response: Text),
        blocked_answer(reason: Text, response: Text),
        blocked_rest(reason: Text, response: Text),
        no_models(host: Text),
        no_embeddings(url: Text, error: Error),
        no_scores(url: Text, error: Error),
        no_text(reason: Text),
        only_reasoning(reason: Text),
        called_tool(reason: Text),
    }
    /// Frames of an AWS event stream.
    frame {
        prelude(expected: Text, found: Text),
        message(bytes: Count, expected: Text, found: Text),
        lengths(bytes: Count, headers: Count),
        headers(),
    }
    /// Embeddings that are not those asked for.
    embeddings {
        missing(),
        count(expected: Count, got: Count),
        order(),
        dimensions(place: Count, got: Count, expected: Count),
        invalid(place: Count),
    }
    /// Scores that are not those asked for.
    scores {
        missing(),
        count(expected: Count, got: Count),
        order(),
        invalid(place: Count),
    }
    /// Price lists and prices.
    prices {
        unreadable(reason: Text),
        empty(),
        bad_price(),
        refused(url: Text, status: Count),
        no_response(url: Text),
        not_fetched(error: Error),
    }
    /// The built-in chat model.
    model {
        not_gguf(),
        version(version: Count),
        truncated(what: Text, needed: Count, found: Count),
        malformed(what: Text),
        unsupported_type(tensor: Text, kind: Count),
        missing(name: Text),
        unsupported(what: Text, found: Text, expected: Text),
        prompt_too_long(tokens: Count, limit: Count),
        no_messages(),
    }
    /// Chrome's built-in model.
    chrome {
        failed(name: Text, message: Text, advice: Error),
    }
    /// Workers that died, and calls that were stopped.
    worker {
        network_stopped(reason: Text),
        network_crashed(reason: Text),
        model_crashed(reason: Text),
        call_stopped(),
    }
    /// Runs.
    run {
        no_evidence(),
        search_stopped(),
        gone(),
        not_stored(),
    }
    /// Condensing a follow-up.
    condense {
        gone(),
        endpoint_removed(),
        cannot_rewrite(),
        no_question(),
        network_stopped(),
        model_stopped(),
    }
    /// Query rewriting.
    rewrite {
        no_question(placeholder: Text),
        too_long(count: Count, most: Count),
        cannot_rewrite(),
        endpoint_removed(),
        failed(model: Text, error: Error),
    }
    /// What went partly wrong while a file was read.
    warning {
        other_name(claimed: Text, found: Text),
        unknown_encoding(guess: Text),
        undecoded(count: Count, encoding: Text),
        tags_removed(count: Count),
        bidi_removed(count: Count),
        hidden_text(count: Count, start: Text),
        all_hidden(),
        nested_too_deep(limit: Count),
        chapter_unreadable(error: Error),
        chapter_missing(name: Text),
        chapter_blank(name: Text),
        part_unreadable(error: Error),
        rest_unreadable(error: Error),
        page_unreadable(error: Error),
        truncated(),
        blank_pages(pages: Count),
    }
    /// Said while a call waits, or when it has ended.
    notice {
        rate_limited(host: Text, time: Millis),
        retrying(error: Error, time: Millis),
        not_counted(error: Error),
        implausible_usage(tokens: Count),
        spending_warning(spent: Usd, limit: Number),
        not_loaded(),
        clipboard_blocked(),
    }
    /// What to do, where the problem alone does not say: each has one sentence.
    advice {
        check_clock(),
        check_permission(),
        check_version_path(),
        add_version_path(),
        check_plan(),
        allow_cors(),
        wait(secs: Count),
        wait_a_minute(),
        wait_as_asked(time: Millis),
        check_model(),
        still_loading(),
        check_status(),
        check_url(),
        check_settings(),
        check_embeddings_url(),
        not_a_list(),
        enable_cors(),
        catalogue(text: Text),
        run_proxy(),
        check_path(),
        check_path_and_key(),
        start_server(host: Text),
        start_server_and_allow(host: Text),
        check_spelling(),
        check_firewall(),
        again(),
        click_again(),
        lower_top_k(),
        other_language(),
        reload_chrome(),
        chrome_internals(),
    }
    /// Advice that makes sense in a column only.
    column_advice {
        enter_key(),
        check_key(),
        test_connection(),
        fewer_passages(),
        without_parameter(parameter: Text),
    }
    /// What is wrong with a file, a key or a blank.
    flaw {
        text(text: Text),
        too_many_entries(count: Count, limit: Count),
        nested_too_deep(limit: Count),
        too_many_attributes(limit: Count),
        unpacks_too_far(ratio: Count),
        unpacks_to_more(limit_mb: Count),
        unsafe_content(),
        part_missing(name: Text),
        unsupported_compression(),
        no_package(),
        encrypted(),
        no_main_document(),
        not_decodable(),
        page_unreadable(page: Count, reason: Text),
        empty(),
        white_space(),
        other_characters(),
        not_a_label(),
        not_a_port(),
        not_a_name(),
        no_secret(),
        too_many_parts(),
        no_key_id(),
        empty_secret(),
        empty_token(),
    }
    /// Parts of a sentence.
    phrase {
        keyless_works(),
        allows_browsers(source: Error),
        by_catalogue(),
        seen(day: Text, source: Text),
        again_in_column(),
        again_elsewhere(),
    }
}
