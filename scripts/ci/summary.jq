# From the JSON report of a check to the Markdown that GitHub shows on a job's page.

# Text from elsewhere, in one line, at most 300 characters, in which nothing is Markdown.
def plain:
  (if length > 300 then .[:300] + " ..." else . end)
  | gsub("[\\p{C}\\p{Z}]+"; " ")
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
  | .demanded = .passed + .failed + .stale + .error + .known + .advice
  | .failed += .stale | del(.stale);

def result($code):
  if $code == "0" then "passed" elif $code == "1" then "FAILED" else "could not be judged" end;

def row: "| `\(.id)` | \(standing) | \(.level) | \(.actual | plain) |";

def summary:
  score as $score
  | [.cases[] | select(standing | IN("failed", "stale", "error"))] as $bad
  | "### wms-sim check: \(result($ARGS.named.code))",
    "",
    (["\($score.passed) of \($score.demanded) passed"]
      + [("failed", "error", "known", "advice", "measured", "skipped") | select($score[.] > 0) | "\($score[.]) \(.)"]
      | join(" · ")),
    (if .ending.cut then "", (.ending.cut | plain) else empty end),
    (.diagnosis[] | "", "**\(.says | plain)** \(.matters | plain)"),
    (if $bad != [] then
      "", "| case | | level | what it did |", "|---|---|---|---|", ($bad[:20][] | row),
      (if ($bad | length) > 20 then "", "and \(($bad | length) - 20) more" else empty end)
    else empty end),
    (if $ARGS.named.artifact != "" then
      "", "The whole report, with requests and answers: `check.html` in the artifact \($ARGS.named.artifact | plain)."
    else empty end),
    "";
