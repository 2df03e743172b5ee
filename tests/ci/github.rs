//! Runs the steps of action.yml and of workflows as a runner of GitHub does. What they use of others is looked at, and not run.

use std::collections::BTreeMap;
use std::fs;

use serde_json::Value;

use super::expression::Context;
use super::machine::{Ended, Machine, project};
use super::yaml;

/// A job, or a use of the action.
#[derive(Debug, Default)]
pub struct Done {
    /// The steps that were run, by their names, with what they said.
    pub steps: Vec<(String, Ended)>,
    /// The actions that were used, with what they were given.
    pub used: Vec<(String, BTreeMap<String, String>)>,
    pub outputs: BTreeMap<String, String>,
    pub summary: String,
}

impl Done {
    /// The exit code of the first step that failed, 0 if none has.
    pub fn code(&self) -> i32 {
        self.steps.iter().map(|(_, ended)| ended.code).find(|code| *code != 0).unwrap_or(0)
    }

    pub fn said(&self) -> String {
        let steps =
            self.steps.iter().map(|(name, ended)| format!("== {name}: {}\n{}", ended.code, ended.said));
        steps.collect::<Vec<_>>().concat()
    }

    #[track_caller]
    pub fn step(&self, name: &str) -> &Ended {
        self.find(name).unwrap_or_else(|| panic!("{name} was not run\n{}", self.said()))
    }

    pub fn find(&self, name: &str) -> Option<&Ended> {
        self.steps.iter().find(|(step, _)| step == name).map(|(_, ended)| ended)
    }
}

/// Uses the action with these inputs. `env` is what stands beside them in the workflow.
pub fn action(machine: &Machine, inputs: &[(&str, &str)], env: &[(String, String)]) -> Done {
    let action = yaml::load(&project().join("action.yml"));
    let mut context = Context::default();
    for (name, input) in action["inputs"].as_object().unwrap() {
        context.names.insert(format!("inputs.{name}"), yaml::text(&input["default"]));
    }
    for (name, value) in inputs {
        let known = context.names.insert(format!("inputs.{name}"), (*value).to_owned());
        assert!(known.is_some(), "there is no input {name}");
    }
    let mut done = Done::default();
    for step in action["runs"]["steps"].as_array().unwrap() {
        if context.runs(step["if"].as_str()) {
            run_step(machine, step, &mut context, env, &mut done);
        }
    }
    for (name, output) in action["outputs"].as_object().unwrap() {
        done.outputs.insert(name.clone(), context.fill(output["value"].as_str().unwrap()));
    }
    done
}

/// A job of a workflow that has the action in it.
pub fn job(machine: &Machine, job: &Value, event: &str) -> Done {
    let mut context = Context::default();
    context.names.insert("github.event_name".to_owned(), event.to_owned());
    context.names.insert("runner.temp".to_owned(), machine.path("temp").display().to_string());
    let mut done = Done::default();
    for step in job["steps"].as_array().unwrap() {
        assert_eq!(step["if"], Value::Null, "{step}");
        let env = filled(&context, &step["env"]);
        match step["uses"].as_str() {
            Some(uses) if uses.starts_with("OWNER/wms-sim@v") => {
                let with = filled(&context, &step["with"]);
                let with: Vec<_> = with.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let inner = action(machine, &with, &env);
                done.steps.extend(inner.steps);
                done.used.extend(inner.used);
                done.outputs = inner.outputs;
                done.summary = inner.summary;
            }
            // Installed already.
            None if step["run"] == "npm ci" => {}
            _ => run_step(machine, step, &mut context, &[], &mut done),
        }
        context.failed = done.code() != 0;
    }
    done
}

fn filled(context: &Context, mapping: &Value) -> Vec<(String, String)> {
    yaml::pairs(mapping).into_iter().map(|(name, value)| (name, context.fill(&value))).collect()
}

fn run_step(
    machine: &Machine,
    step: &Value,
    context: &mut Context,
    outer: &[(String, String)],
    done: &mut Done,
) {
    if let Some(uses) = step["uses"].as_str() {
        done.used.push((uses.to_owned(), filled(context, &step["with"]).into_iter().collect()));
        return;
    }
    let script = step["run"].as_str().unwrap();
    assert!(!script.contains("${{"), "text of a script is made of an expression: {script}");

    let mut env = outer.to_vec();
    let temp = machine.path("temp").display().to_string();
    for (name, value) in [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_ACTION_PATH", &project().display().to_string()),
        ("GITHUB_WORKSPACE", &machine.workspace().display().to_string()),
        ("RUNNER_OS", "Linux"),
        ("RUNNER_ARCH", "X64"),
        ("RUNNER_TEMP", &temp),
    ] {
        env.push((name.to_owned(), value.to_owned()));
    }
    let files = ["GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY", "GITHUB_ENV", "GITHUB_PATH"];
    for name in files {
        let path = machine.path(name);
        fs::write(&path, "").unwrap();
        env.push((name.to_owned(), path.display().to_string()));
    }
    env.extend(filled(context, &step["env"]));

    let ended = machine.run(script, &env);
    let [output, summary, later, path] = files.map(|name| fs::read_to_string(machine.path(name)).unwrap());
    assert_eq!((later.as_str(), path.as_str()), ("", ""), "a job's environment is its own affair");
    if let Some(id) = step["id"].as_str() {
        for line in output.lines() {
            let (name, value) = line.split_once('=').unwrap_or_else(|| panic!("{line} in {output}"));
            context.names.insert(format!("steps.{id}.outputs.{name}"), value.to_owned());
        }
    }
    done.summary += &summary;
    context.failed |= ended.code != 0;
    let name = step["name"].as_str().unwrap_or(script);
    done.steps.push((name.to_owned(), ended));
}
