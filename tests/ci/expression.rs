//! As much of GitHub's expressions as our files use: names, texts, `==`, `!=`, `&&`, `||`, and what asks for the state of the job.

use std::collections::BTreeMap;

/// What expressions can name, and how the steps have gone so far.
#[derive(Debug, Default)]
pub struct Context {
    /// `inputs.url` and its value, and so on. What begins with `steps.` may be absent, all else must be there.
    pub names: BTreeMap<String, String>,
    pub failed: bool,
}

impl Context {
    /// The text with every `${{ .. }}` replaced.
    pub fn fill(&self, text: &str) -> String {
        let mut filled = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${{") {
            let (expression, end) = after.split_once("}}").unwrap_or_else(|| panic!("no end: {text}"));
            filled += before;
            filled += &self.value(expression);
            rest = end;
        }
        filled + rest
    }

    /// Whether a step with this `if` is run: without a word about the state, only while nothing has failed.
    pub fn runs(&self, condition: Option<&str>) -> bool {
        let condition = condition.unwrap_or("success()");
        let asks = ["success()", "failure()", "always()"].iter().any(|word| condition.contains(word));
        (asks || !self.failed) && is_true(&self.value(condition))
    }

    fn value(&self, expression: &str) -> String {
        let mut tokens = tokens(expression).into_iter().peekable();
        let value = self.either(&mut tokens);
        assert!(tokens.next().is_none(), "too much: {expression}");
        value
    }

    fn either(&self, tokens: &mut Tokens) -> String {
        let mut left = self.both(tokens);
        while tokens.next_if(|token| token == "||").is_some() {
            let right = self.both(tokens);
            left = if is_true(&left) { left } else { right };
        }
        left
    }

    fn both(&self, tokens: &mut Tokens) -> String {
        let mut left = self.compared(tokens);
        while tokens.next_if(|token| token == "&&").is_some() {
            let right = self.compared(tokens);
            left = if is_true(&left) { right } else { left };
        }
        left
    }

    fn compared(&self, tokens: &mut Tokens) -> String {
        let left = self.single(tokens);
        let Some(operator) = tokens.next_if(|token| token == "==" || token == "!=") else {
            return left;
        };
        let same = left.eq_ignore_ascii_case(&self.single(tokens));
        (same == (operator == "==")).to_string()
    }

    fn single(&self, tokens: &mut Tokens) -> String {
        let token = tokens.next().expect("an expression that goes on");
        match token.as_str() {
            "always()" => "true".to_owned(),
            "success()" => (!self.failed).to_string(),
            "failure()" => self.failed.to_string(),
            text if text.starts_with('\'') => text.trim_matches('\'').to_owned(),
            name if name.starts_with("steps.") => self.names.get(name).cloned().unwrap_or_default(),
            name => self.names.get(name).cloned().unwrap_or_else(|| panic!("nobody knows {name}")),
        }
    }
}

type Tokens = std::iter::Peekable<std::vec::IntoIter<String>>;

/// Texts here have no blanks, so that blanks are all that is between tokens.
fn tokens(expression: &str) -> Vec<String> {
    expression.split_whitespace().map(str::to_owned).collect()
}

fn is_true(value: &str) -> bool {
    !value.is_empty() && value != "false"
}

#[test]
fn expressions() {
    let mut context = Context::default();
    context.names.insert("inputs.url".to_owned(), "http://x".to_owned());
    context.names.insert("steps.a.outputs.b".to_owned(), "true".to_owned());
    assert_eq!(context.fill("to ${{ inputs.url }}/${{ steps.a.outputs.c }}"), "to http://x/");
    for (condition, before, after) in [
        (None, true, false),
        (Some("always()"), true, true),
        (Some("failure()"), false, true),
        (Some("inputs.url != ''"), true, false),
        (Some("steps.a.outputs.b == 'true'"), true, false),
        (Some("steps.a.outputs.c == 'true'"), false, false),
        (Some("always() && steps.a.outputs.b != ''"), true, true),
        (Some("always() && steps.a.outputs.c != ''"), false, false),
        (Some("failure() || inputs.url == ''"), false, true),
    ] {
        context.failed = false;
        assert_eq!(context.runs(condition), before, "{condition:?}");
        context.failed = true;
        assert_eq!(context.runs(condition), after, "{condition:?}");
    }
}
