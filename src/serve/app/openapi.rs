//! The OpenAPI document of the control API, from the types that its handlers take and give; the 21 webhooks with it.

use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

use super::answer::Wrong;
use super::catalogue::{FaultView, Info, MixView, ScenarioView};
use super::events::{Changed, Which as Follow};
use super::records::{Again, Where};
use super::remembered::As;
use super::sessions::{Began, NewAct, NewSession, Told, Which};
use super::waiting::Wait;
use crate::protocol::contract;
use crate::protocol::dialect::Dialect;
use crate::serve::ledger::{DetailView, Page, SessionView};
use crate::serve::quirk::Remembered;

/// The document, with the webhooks of a dialect.
pub(super) fn document(dialect: &Dialect) -> Value {
    let mut schemas = Schemas::new();
    let paths = paths(&mut schemas);
    let webhooks = contract::openapi(dialect);
    let mut components = webhooks["components"].clone();
    if let Some(all) = components["schemas"].as_object_mut() {
        all.extend(schemas.definitions());
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "wms-sim serve",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "A local stand-in for WMS: starts sessions, shows what was sent and received",
            "description": "Requests that name another host, or come from a page of another site, are answered 403.",
        },
        "paths": paths,
        "webhooks": webhooks["webhooks"],
        "components": components,
    })
}

struct Schemas(SchemaGenerator);

impl Schemas {
    fn new() -> Self {
        let settings = SchemaSettings::draft2020_12().with(|settings| {
            settings.definitions_path = "/components/schemas".into();
        });
        Self(settings.into_generator())
    }

    /// A reference to the schema of a type.
    fn of<T: JsonSchema>(&mut self) -> Value {
        self.0.subschema_for::<T>().to_value()
    }

    /// The fields of a type as parameters of a query.
    fn query<T: JsonSchema>(&mut self) -> Vec<Value> {
        let schema = T::json_schema(&mut self.0).to_value();
        let fields = schema["properties"].as_object().cloned().unwrap_or_default();
        fields
            .into_iter()
            .map(|(name, mut schema)| {
                let description = schema.as_object_mut().and_then(|schema| schema.remove("description"));
                json!({ "name": name, "in": "query", "description": description, "schema": schema })
            })
            .collect()
    }

    fn definitions(mut self) -> Map<String, Value> {
        self.0.take_definitions(true)
    }
}

fn paths(schemas: &mut Schemas) -> Map<String, Value> {
    let groups = [
        of_all_sessions(schemas),
        of_a_session(schemas),
        of_its_events(schemas),
        of_the_catalogue(schemas),
        of_the_server(),
    ];
    groups.into_iter().filter_map(|group| group.as_object().cloned()).flatten().collect()
}

/// All sessions: listing, starting, forgetting, following.
fn of_all_sessions(schemas: &mut Schemas) -> Value {
    let wrong = wrong(schemas);
    json!({
        "/api/sessions": {
            "get": {
                "operationId": "listSessions",
                "summary": "The sessions, the one that changed last first",
                "parameters": schemas.query::<Which>(),
                "responses": ok(&wrong, "The sessions", &list(&schemas.of::<SessionView>())),
            },
            "post": {
                "operationId": "startSession",
                "summary": "Plays a session",
                "requestBody": body(&schemas.of::<NewSession>()),
                "responses": { "201": answer("It has begun", &schemas.of::<Began>()), "default": wrong },
            },
            "delete": {
                "operationId": "forgetSessions",
                "summary": "Forgets every session that is not being played",
                "responses": { "204": { "description": "They are forgotten" }, "default": wrong },
            },
        },
        "/api/events": {
            "get": {
                "operationId": "followEvents",
                "summary": "What changes, as it changes: events named session, record, removed, reset, info and bye. The id is the number of \
                            the change; with Last-Event-ID nothing is missed",
                "parameters": schemas.query::<Follow>(),
                "responses": {
                    "200": {
                        "description": "Server-sent events. Data of `session` is a SessionView, of `record` a Changed, of `info` what is new in it",
                        "content": { "text/event-stream": { "schema": { "oneOf": [schemas.of::<SessionView>(), schemas.of::<Changed>()] } } },
                    },
                    "default": wrong,
                },
            },
        },
    })
}

/// One session.
fn of_a_session(schemas: &mut Schemas) -> Value {
    let session = json!({
        "name": "id", "in": "path", "required": true, "description": "The session's ID", "schema": { "type": "string" },
    });
    let looking = [vec![session.clone()], schemas.query::<Wait>(), schemas.query::<Page>()].concat();
    let state: Vec<Value> = std::iter::once(session.clone()).chain(schemas.query::<As>()).collect();
    let wrong = wrong(schemas);
    json!({
        "/api/sessions/{id}": {
            "get": {
                "operationId": "getSession",
                "summary": "A session and what was sent in it",
                "parameters": looking,
                "responses": ok(&wrong, "The session", &schemas.of::<DetailView>()),
            },
        },
        "/api/sessions/{id}/acts": {
            "post": {
                "operationId": "act",
                "summary": "The user of the session's page does something",
                "parameters": [session],
                "requestBody": body(&schemas.of::<NewAct>()),
                "responses": ok(&wrong, "Whether something comes of it", &schemas.of::<Told>()),
            },
        },
        "/api/inbox/{id}": {
            "get": {
                "operationId": "getReceived",
                "summary": "A session and what the inbox received of it",
                "parameters": looking,
                "responses": ok(&wrong, "The session", &schemas.of::<DetailView>()),
            },
        },
        "/api/inbox/{id}/state": {
            "get": {
                "operationId": "getRemembered",
                "summary": "What a customer's app would remember of a session: from the events that were taken, whatever their \
                            order and however often one came",
                "parameters": state,
                "responses": ok(&wrong, "What it would remember", &schemas.of::<Remembered>()),
            },
        },
    })
}

/// What can be done with a session's events.
fn of_its_events(schemas: &mut Schemas) -> Value {
    let session = json!({
        "name": "id", "in": "path", "required": true, "description": "The session's ID", "schema": { "type": "string" },
    });
    let key = json!({
        "name": "key", "in": "path", "required": true, "description": "The event's key", "schema": { "type": "integer" },
    });
    let place = schemas.query::<Where>();
    let wrong = wrong(schemas);
    json!({
        "/api/sessions/{id}/journal": {
            "get": {
                "operationId": "exportSession",
                "summary": "The session's events as a journal, which `wms-sim replay` sends again",
                "parameters": [session, place[0]],
                "responses": {
                    "200": { "description": "A line an event", "content": { "application/x-ndjson": { "schema": { "type": "string" } } } },
                    "default": wrong,
                },
            },
        },
        "/api/sessions/{id}/events/{key}/replay": {
            "post": {
                "operationId": "sendAgain",
                "summary": "Sends one event again, as it was or with a fault",
                "parameters": [session, key],
                "requestBody": body(&schemas.of::<Again>()),
                "responses": { "204": { "description": "It was sent, and what became of it is in the session" }, "default": wrong },
            },
        },
        "/api/sessions/{id}/events/{key}/curl": {
            "get": {
                "operationId": "asCurl",
                "summary": "A curl command that sends exactly this event",
                "parameters": [session, key],
                "responses": {
                    "200": { "description": "The command", "content": { "text/plain": { "schema": { "type": "string" } } } },
                    "default": wrong,
                },
            },
        },
    })
}

/// What can be played, and what the server was told.
fn of_the_catalogue(schemas: &mut Schemas) -> Value {
    let wrong = wrong(schemas);
    json!({
        "/api/scenarios": {
            "get": {
                "operationId": "listScenarios",
                "summary": "The scenarios that can be played",
                "responses": ok(&wrong, "The scenarios", &list(&schemas.of::<ScenarioView>())),
            },
        },
        "/api/mixes": {
            "get": {
                "operationId": "listMixes",
                "summary": "The mixes that can be played",
                "responses": ok(&wrong, "The mixes", &list(&schemas.of::<MixView>())),
            },
        },
        "/api/faults": {
            "get": {
                "operationId": "listFaults",
                "summary": "The faults that can be injected",
                "responses": ok(&wrong, "The faults", &list(&schemas.of::<FaultView>())),
            },
        },
        "/api/info": {
            "get": {
                "operationId": "getInfo",
                "summary": "What the server was told",
                "responses": ok(&wrong, "What it was told", &schemas.of::<Info>()),
            },
        },
    })
}

/// How the server is.
fn of_the_server() -> Value {
    json!({
        "/healthz": {
            "get": { "operationId": "health", "summary": "Whether it runs", "responses": { "200": { "description": "It runs" } } },
        },
        "/readyz": {
            "get": {
                "operationId": "readiness",
                "summary": "Whether it takes sessions",
                "responses": { "200": { "description": "It does" }, "503": { "description": "It is ending" } },
            },
        },
    })
}

fn wrong(schemas: &mut Schemas) -> Value {
    answer("What is wrong, and what to do", &schemas.of::<Wrong>())
}

/// The answers of what is asked for: this, or what is wrong.
fn ok(wrong: &Value, description: &str, schema: &Value) -> Value {
    json!({ "200": answer(description, schema), "default": wrong })
}

fn body(schema: &Value) -> Value {
    json!({ "required": true, "content": { "application/json": { "schema": schema } } })
}

fn list(schema: &Value) -> Value {
    json!({ "type": "array", "items": schema })
}

fn answer(description: &str, schema: &Value) -> Value {
    json!({ "description": description, "content": { "application/json": { "schema": schema } } })
}
