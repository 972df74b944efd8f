//! A language model with an OpenAI-compatible API that has no mind of its own: the message says how it answers.
//!
//! A message with `model:zWORD` in it is answered with that word as the intent, whether or not there is such an intent; some
//! words stand for an answer that goes wrong. Any other message is answered with `nothing`. The `z` keeps whoever reads the
//! message before the model from understanding the word.
//!
//! Asked to put a question in other words, it puts *please* before it where the customer's message has `model:zkindly`, another
//! price into it where it has `model:zprice`, and has no other words else.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::web::{self, Json, ServiceConfig};
use serde_json::{Value, json};

/// Longer than anybody waits for an answer.
const SLOW: Duration = Duration::from_secs(30);

/// Adds the API.
pub(crate) fn routes(config: &mut ServiceConfig) {
    config.route("/openai/v1/chat/completions", web::post().to(complete));
}

async fn complete(Json(asked): Json<Value>) -> HttpResponse {
    let messages = asked["messages"].as_array().map_or(&[][..], Vec::as_slice);
    let said = messages
        .last()
        .and_then(|message| message["content"].as_str())
        .unwrap_or_default();
    let word = said.split_once("model:z").map_or("nothing", |(_, rest)| {
        let end = rest
            .find(|c: char| !c.is_ascii_alphanumeric() && c != '-')
            .unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    });
    if asked["response_format"]["json_schema"]["name"] == "question" {
        return put_differently(word, said).await;
    }
    match word {
        "slow" => {
            tokio::time::sleep(SLOW).await;
            completion(r#"{"intent":"nothing"}"#, said)
        }
        "429" => refusal(429, "too many requests"),
        "500" => refusal(500, "something broke"),
        // The customer's words as they are: what an injected text asks for is what it gets.
        "obey" => completion(said, said),
        "prose" => completion("Sure! I have booked it for you.", said),
        "schema" => completion(r#"{"intent":"book","confirmed":true}"#, said),
        intent => completion(&json!({ "intent": intent }).to_string(), said),
    }
}

/// Other words for the question in what was said.
async fn put_differently(word: &str, said: &str) -> HttpResponse {
    let data: Value = serde_json::from_str(said).unwrap_or(Value::Null);
    let question = data["question"].as_str().unwrap_or_default();
    let kindly = if data["language"] == "Swahili" {
        "Tafadhali"
    } else {
        "Please"
    };
    let words = match word {
        "slow" => {
            tokio::time::sleep(SLOW).await;
            String::new()
        }
        "429" => return refusal(429, "too many requests"),
        "500" => return refusal(500, "something broke"),
        "obey" | "prose" | "schema" => return completion(said, said),
        "kindly" => format!("{kindly}: {question}"),
        "price" => format!("{kindly}: KES 1. {question}"),
        _other => String::new(),
    };
    completion(&json!({ "question": words }).to_string(), said)
}

fn completion(content: &str, said: &str) -> HttpResponse {
    HttpResponse::Ok().json(json!({
        "object": "chat.completion",
        "choices": [{
            "index": 0,
            "message": { "role": "assistant", "content": content },
            "finish_reason": "stop",
        }],
        "usage": { "prompt_tokens": 100 + said.len(), "completion_tokens": 8 },
    }))
}

fn refusal(status: u16, message: &str) -> HttpResponse {
    let status = actix_web::http::StatusCode::from_u16(status)
        .unwrap_or(actix_web::http::StatusCode::INTERNAL_SERVER_ERROR);
    HttpResponse::build(status).json(json!({ "error": { "message": message } }))
}
