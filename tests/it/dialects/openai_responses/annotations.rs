//! Annotations: their places are counted in characters of their part.

use super::{completed, event, said, text_delta};
use crate::dialects::{decoded, sse};
use serde_json::{Value, json};
use sidecite::provider::Dialect;

#[test]
fn annotations_count_in_characters_of_their_part() {
    let annotation = |part: u64, annotation: Value| {
        event(
            "output_text.annotation.added",
            json!({"output_index": 0, "content_index": part, "annotation_index": 0, "annotation": annotation}),
        )
    };
    let url = |from: u64, to: u64, title: &str| json!({"type": "url_citation", "start_index": from, "end_index": to, "title": title, "url": "https://u.example/"});
    let body = sse(&[
        text_delta(0, 0, "Größe 😀: "),
        // About text that is still to come.
        annotation(0, url(9, 15, "Früh")),
        text_delta(0, 0, "Zürich."),
        annotation(0, url(0, 7, "")),
        annotation(0, json!({"type": "file_path", "file_id": "f", "index": 3})),
        event(
            "output_text.done",
            json!({"output_index": 0, "content_index": 0, "text": "Größe 😀: Zürich."}),
        ),
        text_delta(0, 1, "Erste Zeile\nÄhnlich groß."),
        annotation(1, json!({"type": "file_citation", "file_id": "f", "filename": "a.pdf", "index": 25})),
        // Behind the end: as far as there is text.
        annotation(1, url(20, 99, "Ende")),
        event(
            "content_part.done",
            json!({"output_index": 0, "content_index": 1, "part": {"type": "output_text",
            "text": "Erste Zeile\nÄhnlich groß.", "annotations": [url(0, 5, "said before")]}}),
        ),
        completed(json!([])),
    ]);
    let result = decoded(Dialect::OpenaiResponses, &body);
    assert_eq!(
        result.cited(),
        [
            ("Größe 😀", "", vec!["https://u.example/"]),
            ("Zürich", "", vec!["Früh"]),
            ("Ähnlich groß.", "", vec!["a.pdf"]),
            ("groß.", "", vec!["Ende"]),
        ]
    );
    // Said only where the answer is whole.
    let mut message = said("Über Köln");
    message["content"][0]["annotations"] = json!([url(5, 9, "K")]);
    for body in [
        completed(json!([message]))["response"].to_string(),
        sse(&[
            text_delta(0, 0, "Über Köln"),
            event("output_item.done", json!({"output_index": 0, "item": message})),
            completed(json!([message])),
        ]),
    ] {
        let result = decoded(Dialect::OpenaiResponses, &body);
        assert_eq!(result.cited(), [("Köln", "", vec!["K"])], "{body}");
    }
}
