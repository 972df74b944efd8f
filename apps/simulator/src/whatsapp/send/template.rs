//! Templates: the one kind of message that may go outside the window.

use serde_json::{Map, Value};

use super::{Refusal, list, part, required};
use crate::phones::{Choice, Content, Link, Template};

/// The longest text a template may have once its parameters are in.
const TEXT_MAX: usize = 1_024;

/// Reads a template message against the approved templates; with none approved, every template passes.
pub(super) fn read(
    object: &Map<String, Value>,
    templates: &[Template],
) -> Result<(Content, String), Refusal> {
    let name = required(object, "name")?;
    let language = required(part(object, "language")?, "code")?;
    let components = match object.get("components") {
        None | Some(Value::Null) => &[],
        Some(_) => list(object, "components")?,
    };
    let mut content = Content {
        kind: "template".to_owned(),
        ..Content::default()
    };
    let mut parameters = Vec::new();
    for component in components {
        let component = component
            .as_object()
            .ok_or_else(|| Refusal::missing("components"))?;
        let texts = texts(component)?;
        match required(component, "type")? {
            "header" => content.header = texts.first().map(|(_, text)| text.clone()),
            "body" => parameters = texts,
            "button" => add_button(&mut content, component, &texts)?,
            _ => return Err(Refusal::invalid("components.type", "it is not known")),
        }
    }
    let category = if templates.is_empty() {
        let values: Vec<&str> = parameters.iter().map(|(_, text)| text.as_str()).collect();
        content.text = format!("[{name}/{language}] {}", values.join(" · "))
            .trim_end()
            .to_owned();
        "utility".to_owned()
    } else {
        let known = templates
            .iter()
            .find(|it| it.name == name && it.language == language);
        let template = known.ok_or_else(|| Refusal {
            code: 132_001,
            details: format!("Template name ({name}) does not exist in {language}."),
        })?;
        content.text = fill(template, &parameters)?;
        template.category.clone()
    };
    if content.text.chars().count() > TEXT_MAX {
        return Err(Refusal {
            code: 132_005,
            details: "The translated text is too long.".to_owned(),
        });
    }
    Ok((content, category))
}

/// The parameters of a component, with the names they go by.
fn texts(component: &Map<String, Value>) -> Result<Vec<(Option<String>, String)>, Refusal> {
    if !component.contains_key("parameters") {
        return Ok(Vec::new());
    }
    let mut texts = Vec::new();
    for parameter in list(component, "parameters")? {
        let parameter = parameter
            .as_object()
            .ok_or_else(|| Refusal::missing("parameters"))?;
        let key = match required(parameter, "type")? {
            "text" => "text",
            "payload" => "payload",
            _ => continue,
        };
        let text = required(parameter, key)?;
        if text.contains(['\n', '\r', '\t']) || text.contains("     ") {
            let details = "Parameter text must not have new lines, tabs or more than four spaces in a row.";
            return Err(Refusal {
                code: 132_012,
                details: details.to_owned(),
            });
        }
        let name = parameter
            .get("parameter_name")
            .and_then(Value::as_str)
            .map(str::to_owned);
        texts.push((name, text.to_owned()));
    }
    Ok(texts)
}

fn add_button(
    content: &mut Content,
    component: &Map<String, Value>,
    texts: &[(Option<String>, String)],
) -> Result<(), Refusal> {
    let value = texts.first().map(|(_, text)| text.clone()).unwrap_or_default();
    // The title of a template's button is part of the approved template, which is not kept here.
    // Its payload's last word says what it means.
    let label = value.rsplit(':').next().unwrap_or_default().to_owned();
    match required(component, "sub_type")? {
        "quick_reply" => {
            let choice = Choice {
                id: value,
                title: label,
                description: None,
                section: None,
            };
            content.buttons.push(choice);
        }
        "url" => content.link = Some(Link { label, url: value }),
        _ => return Err(Refusal::invalid("components.sub_type", "it is not known")),
    }
    Ok(())
}

/// The template's text with its parameters in place; refuses a wrong number of them.
fn fill(template: &Template, parameters: &[(Option<String>, String)]) -> Result<String, Refusal> {
    let mut filled = String::new();
    let mut rest = template.body.as_str();
    let (mut places, mut matched) = (0, 0);
    while let Some((before, after)) = rest.split_once("{{") {
        let Some((place, after)) = after.split_once("}}") else {
            break;
        };
        let place = place.trim();
        let by_number = place
            .parse::<usize>()
            .ok()
            .and_then(|number| number.checked_sub(1));
        let parameter = match by_number {
            Some(index) => parameters.get(index),
            None => parameters.iter().find(|(name, _)| name.as_deref() == Some(place)),
        };
        places += 1;
        filled.push_str(before);
        if let Some((_, text)) = parameter {
            matched += 1;
            filled.push_str(text);
        }
        rest = after;
    }
    filled.push_str(rest);
    if matched != places || parameters.len() != places {
        return Err(Refusal {
            code: 132_000,
            details: format!(
                "Number of parameters ({}) does not match ({places}).",
                parameters.len()
            ),
        });
    }
    Ok(filled)
}
