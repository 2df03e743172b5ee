# From the JSON report of a check to the Markdown that GitHub shows on a job's page.

# Text from elsewhere, in one line, at most 300 characters, in which nothing is Markdown.
def plain:
  (if length > 300 then .[:300] + " ..." else . end)
  | gsub("[\\p{C}\\p{Z}]+"; " ") | ltrimstr(" ") | rtrimstr(" ")
  | gsub("(?<mark>[!-/:-@\\[-`{-~])"; "\\\(.mark)");

# What a case comes to, as docs/reports.md says.
def standing:
  if .verdict == "skip" then "skipped"
  elif .verdict == "error" then "error"
  elif .verdict == "pass" and .known != null and .counts then "stale"
  elif .counts then "failed"
  elif .verdict == "pass" then (if .level == "INFO" then "measured" else "passed" end)
  elif .known != null then "known"
  else "advice" end;

def score:
  reduce (.cases[] | standing) as $standing
    ({passed: 0, failed: 0, stale: 0, error: 0, known: 0, advice: 0, measured: 0, skipped: 0}; .[$standing] += 1)
  | .demanded = .passed + .failed + .stale + .error + .known + .advice;

# For the outputs of the action.
def outputs: score | "passed=\(.passed)", "failed=\(.failed + .stale)";

# As the terminal has it.
def counts:
  score as $score
  | ["\($score.passed) of \($score.demanded) passed"]
    + [("failed", "stale", "error", "known", "advice", "measured", "skipped")
      | select($score[.] > 0)
      | "\($score[.]) \(.)\(if . == "error" and $score[.] > 1 then "s" else "" end)"]
  | join(" · ");

def result($code):
  {"0": "passed", "1": "FAILED", "3": "not all judged", "130": "interrupted"}[$code] // "exit code \($code)";

def row: "| `\(.id | gsub("[^a-z0-9/-]"; "?"))` | \(standing) | \(.level) | \(.actual | plain) |";

def summary($code; $artifact):
  [.cases[] | select(standing | IN("failed", "stale", "error"))] as $bad
  | "### wms-sim check: \(result($code))",
    "",
    counts,
    (if .ending.cut then "", (.ending.cut | plain) else empty end),
    (.diagnosis[] | "", "**\(.says | plain)** \(.matters | plain)"),
    (if $bad != [] then
      "", "| case | | level | what it did |", "|---|---|---|---|", ($bad[:20][] | row),
      (if ($bad | length) > 20 then "", "and \(($bad | length) - 20) more" else empty end)
    else empty end),
    (if $artifact != "" then
      "", "The whole report, with requests and answers: `check.html` in the artifact \($artifact | plain)."
    else empty end),
    "";
