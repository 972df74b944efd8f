//! Files: `POST /{version}/{phone_number_id}/media` takes them, messages name them, and tests look at them under
//! `/sim/media/{id}`.

use std::collections::BTreeMap;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{Bytes, Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::{refusal, wire};
use crate::answer::{Answer, Asked, answer, bearer};
use crate::faults::Target;
use crate::world::World;

/// Older files are forgotten beyond this number.
const FILES_MAX: usize = 500;
/// Far below the real 100 MB; nobody here sends more.
const BYTES_MAX: usize = 1024 * 1024;
/// A form of ours has three parts.
const PARTS_MAX: usize = 10;

/// One uploaded file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) media_type: String,
    pub(crate) bytes: Vec<u8>,
}

/// All of them, by id. Ids grow, so the first is the oldest.
#[derive(Debug, Default)]
pub(crate) struct Files {
    files: BTreeMap<u64, File>,
    last: u64,
}

impl Files {
    /// Ids look like Meta's: many digits.
    const FIRST: u64 = 1_000_000_000_000_000;

    fn add(&mut self, file: File) -> String {
        self.last += 1;
        self.files.insert(self.last, file);
        if self.files.len() > FILES_MAX {
            self.files.pop_first();
        }
        (Self::FIRST + self.last).to_string()
    }

    /// The file of that id.
    pub(crate) fn find(&self, id: &str) -> Option<&File> {
        let number: u64 = id.parse().ok()?;
        self.files.get(&number.checked_sub(Self::FIRST)?)
    }
}

/// `POST /{version}/{phone_number_id}/media`.
pub(crate) async fn upload(
    world: Data<World>,
    path: Path<(String, String)>,
    request: HttpRequest,
    body: Bytes,
) -> HttpResponse {
    let (_, phone_number_id) = path.into_inner();
    let world = world.into_inner();
    let content_type = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let work = || {
        let account = &world.settings.whatsapp;
        if bearer(&request).as_deref() != Some(account.access_token.as_str()) {
            return refusal(&world, 190, "The access token is missing, malformed or expired.");
        }
        if phone_number_id != account.phone_number_id {
            return refusal(
                &world,
                33,
                "The business phone number does not exist or has been deleted.",
            );
        }
        match content_type
            .ok_or("the body must be a form")
            .and_then(|kind| read(kind, &body))
        {
            Ok(file) => {
                let id = world.write(|state| state.files.add(file));
                Answer::json(200, &json!({ "id": id }))
            }
            Err(why) => refusal(&world, 100, &format!("(#100) {why}")),
        }
    };
    let refuse = |code: &str, message: Option<&str>| {
        let code = code.parse().unwrap_or(131_053);
        refusal(&world, code, message.unwrap_or_else(|| wire::title(code)))
    };
    let asked = Asked {
        target: Target::WhatsAppMedia,
        phone: "",
        request: &request,
    };
    answer(&world, asked, work, refuse).await
}

/// `GET /sim/media/{id}`: the file as it was uploaded.
pub(crate) async fn look(world: Data<World>, id: Path<String>) -> HttpResponse {
    match world.read(|state| state.files.find(&id).cloned()) {
        Some(file) => HttpResponse::Ok()
            .insert_header((CONTENT_TYPE, file.media_type))
            .body(file.bytes),
        None => HttpResponse::NotFound().json(json!({ "error": "there is no such file" })),
    }
}

/// One part of a form: its name, the name of its file, its content type, its content.
struct Part<'a> {
    name: String,
    file_name: Option<String>,
    media_type: Option<String>,
    content: &'a [u8],
}

/// The file in a form, if the form is one that the real API takes.
fn read(content_type: &str, body: &[u8]) -> Result<File, &'static str> {
    let boundary = content_type
        .strip_prefix("multipart/form-data;")
        .and_then(|rest| rest.trim().strip_prefix("boundary="))
        .map(|boundary| boundary.trim_matches('"'))
        .filter(|boundary| (1..=70).contains(&boundary.len()))
        .ok_or("the body must be multipart/form-data with a boundary")?;
    let parts = parts(boundary, body)?;
    let text = |name: &str| {
        let part = parts
            .iter()
            .find(|part| part.name == name && part.file_name.is_none());
        part.and_then(|part| std::str::from_utf8(part.content).ok())
    };
    if text("messaging_product") != Some("whatsapp") {
        return Err("The parameter messaging_product is required and must be whatsapp.");
    }
    let file = parts.iter().find(|part| part.name == "file");
    let file = file.ok_or("The parameter file is required.")?;
    let media_type = file.media_type.as_deref().ok_or("the file has no content type")?;
    if text("type").is_some_and(|said| said != media_type) {
        return Err("Param type is not the content type of the file.");
    }
    if file.content.is_empty() || file.content.len() > BYTES_MAX {
        return Err("Param file is empty or too large.");
    }
    if media_type == "application/pdf" && !file.content.starts_with(b"%PDF-") {
        return Err("Param file must be a file with one of the following types: application/pdf.");
    }
    Ok(File {
        name: file.file_name.clone().ok_or("the file has no name")?,
        media_type: media_type.to_owned(),
        bytes: file.content.to_vec(),
    })
}

/// The parts between the boundaries (RFC 2046, 5.1.1).
fn parts<'a>(boundary: &str, body: &'a [u8]) -> Result<Vec<Part<'a>>, &'static str> {
    const CUT_OFF: &str = "the form ends before its last boundary";
    let first = format!("--{boundary}\r\n");
    let between = format!("\r\n--{boundary}");
    let mut rest = body
        .strip_prefix(first.as_bytes())
        .ok_or("the form does not begin with its boundary")?;
    let mut parts = Vec::new();
    while parts.len() < PARTS_MAX {
        let end = place_of(rest, between.as_bytes()).ok_or(CUT_OFF)?;
        parts.push(part(&rest[..end])?);
        rest = &rest[end + between.len()..];
        if rest.starts_with(b"--") {
            return Ok(parts);
        }
        rest = rest.strip_prefix(b"\r\n").ok_or(CUT_OFF)?;
    }
    Err("the form has too many parts")
}

fn part(bytes: &[u8]) -> Result<Part<'_>, &'static str> {
    let head = place_of(bytes, b"\r\n\r\n").ok_or("a part has no head")?;
    let text = std::str::from_utf8(&bytes[..head]).map_err(|_| "the head of a part is no text")?;
    let header = |wanted: &str| {
        text.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case(wanted).then(|| value.trim())
        })
    };
    let disposition = header("content-disposition").ok_or("a part has no disposition")?;
    let parameter = |wanted: &str| {
        disposition.split(';').find_map(|part| {
            let (name, value) = part.trim().split_once('=')?;
            (name == wanted).then(|| value.trim_matches('"').to_owned())
        })
    };
    Ok(Part {
        name: parameter("name").ok_or("a part has no name")?,
        file_name: parameter("filename"),
        media_type: header("content-type").map(str::to_owned),
        content: &bytes[head + 4..],
    })
}

fn place_of(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests;
