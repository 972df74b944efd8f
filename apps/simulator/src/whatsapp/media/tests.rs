//! A form is read as the real API reads it, and refused where that refuses.

use super::*;

const KIND: &str = "multipart/form-data; boundary=b0";

fn form(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut body = String::new();
    for (head, content) in parts {
        body.push_str(&format!(
            "--b0\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n"
        ));
    }
    format!("{body}--b0--\r\n").into_bytes()
}

const PRODUCT: (&str, &str) = ("name=\"messaging_product\"", "whatsapp");
const FILE: (&str, &str) = (
    "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf",
    "%PDF-1.4\r\n--b\r\n",
);

#[test]
fn a_file_is_taken_as_it_is() {
    let file = read(
        KIND,
        &form(&[PRODUCT, ("name=\"type\"", "application/pdf"), FILE]),
    )
    .unwrap();
    assert_eq!(file.name, "a.pdf");
    assert_eq!(file.bytes, b"%PDF-1.4\r\n--b\r\n");
}

#[test]
fn what_the_real_one_refuses_is_refused() {
    let other = ("name=\"type\"", "image/png");
    let html = (
        "name=\"file\"; filename=\"a.pdf\"\r\nContent-Type: application/pdf",
        "<html>",
    );
    for (kind, body) in [
        ("application/json", form(&[PRODUCT, FILE])),
        (KIND, form(&[FILE])),
        (KIND, form(&[PRODUCT])),
        (KIND, form(&[PRODUCT, other, FILE])),
        (KIND, form(&[PRODUCT, html])),
        (KIND, form(&[PRODUCT, FILE])[..40].to_vec()),
        (KIND, Vec::new()),
    ] {
        assert!(read(kind, &body).is_err(), "{}", String::from_utf8_lossy(&body));
    }
}
