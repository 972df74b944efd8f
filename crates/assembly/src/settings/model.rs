//! The settings of the language model, which may be left out as a whole.

use ratiba_bootstrap::SettingsReader;
use ratiba_openai::{ApiKey, ModelSettings, Prices};

use super::http_url;

/// A customer waits for the answer.
const TIMEOUT_MS: u64 = 4_000;

/// Reads the model; `Some(None)` if it has no address, and then there is none. Faults stay with the reader.
pub(super) fn read(reader: &mut SettingsReader) -> Option<Option<ModelSettings>> {
    let url = reader.optional::<String>(
        "model.url",
        "an OpenAI-compatible API, up to its version; without it no language model is asked",
    );
    let key = reader.optional_secret(
        "model.key",
        "key of the account; servers of one's own may need none",
    );
    let name = reader.optional::<String>("model.name", "the model that is asked");
    let input = reader.optional::<u64>(
        "model.input_price",
        "what a million tokens that are asked cost, in millionths of a US dollar",
    );
    let output = reader.optional::<u64>(
        "model.output_price",
        "what a million tokens that are answered cost, in millionths of a US dollar",
    );
    let (url, key, name, input, output) = (url?, key?, name?, input?, output?);
    let Some(url) = url else {
        let others = [
            ("model.key", key.is_some()),
            ("model.name", name.is_some()),
            ("model.input_price", input.is_some()),
            ("model.output_price", output.is_some()),
        ];
        for (key, _) in others.iter().filter(|(_, given)| *given) {
            reader.fault(key, "is for a language model, and model.url is missing");
        }
        return Some(None);
    };
    for (key, given) in [
        ("model.name", name.is_some()),
        ("model.input_price", input.is_some()),
        ("model.output_price", output.is_some()),
    ] {
        if !given {
            reader.fault(
                key,
                "is missing: a language model needs it, so that what it costs is known",
            );
        }
    }
    let base_url = match http_url(&url) {
        Ok(base_url) => base_url,
        Err(message) => {
            reader.fault("model.url", message);
            return None;
        }
    };
    Some(Some(ModelSettings {
        base_url,
        key: key.map(|key| ApiKey::new(key.expose())),
        model: name?,
        prices: Prices {
            input_per_million: input?,
            output_per_million: output?,
        },
        timeout_ms: TIMEOUT_MS,
    }))
}
