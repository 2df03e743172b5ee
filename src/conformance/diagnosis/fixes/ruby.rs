//! Lines for Ruby.

use super::{Lines, Topic};

pub(super) const LINES: &[Lines] = &[
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll, Topic::Status, Topic::HeaderName],
        text: "Rails: request.raw_post, not params.to_json. `valid?` stands in docs/verify.md.",
        code: r#"
class WebhooksController < ActionController::API
  wrap_parameters false
  def create
    return head :unauthorized unless valid?(SECRET, request.raw_post, request.headers["X-WMS-Content-MAC"])
    head :no_content
  end
end"#,
    },
    Lines {
        topics: &[Topic::RawBody, Topic::WrongSecret, Topic::ReadAll],
        text: "Rack, Sinatra: the input, as bytes.",
        code: r#"
body = request.body&.read.to_s.b # Rack 3: there may be no input
valid = valid?(SECRET, body, request.get_header("HTTP_X_WMS_CONTENT_MAC"))"#,
    },
    Lines {
        topics: &[Topic::Compare, Topic::Verify, Topic::RequireMac, Topic::UseResult, Topic::Everywhere],
        text: "This takes any header and compares all of it (fixed_length_secure_compare raises on unequal lengths). Rails: ActiveSupport::SecurityUtils.secure_compare.",
        code: r#"
def valid?(secret, body, header)
  expected = "hmac-sha256=#{OpenSSL::HMAC.hexdigest("SHA256", secret, body)}"
  OpenSSL.secure_compare(expected, header.to_s)
end"#,
    },
    Lines {
        topics: &[Topic::Secret],
        text: "When the program starts: fetch raises where nothing is set.",
        code: r#"
SECRET = ENV.fetch("WMS_MAC_SECRET")
raise "WMS_MAC_SECRET is empty" if SECRET.empty?"#,
    },
    Lines {
        topics: &[Topic::Catch, Topic::Shapes, Topic::Payload, Topic::Parse],
        text: "After the MAC was verified. Rails parses JSON bodies before your code runs: read request.raw_post, and touch params not at all.",
        code: r#"
def read_event(body)
  event = JSON.parse(body)
  event if event.is_a?(Hash) && event["sessionId"].is_a?(String) && event["event"].is_a?(String)
rescue JSON::ParserError, EncodingError
  nil # answer 400
end"#,
    },
    Lines {
        topics: &[Topic::OpenEnums, Topic::OpenKeys],
        text: "A Rails enum raises an ArgumentError for what it does not know: keep the name as text.",
        code: r#"
case event["event"]
when "RESULTS_RECEIVED" then complete(event)
else nil # stored, and nothing else
end
head :no_content"#,
    },
    Lines {
        topics: &[Topic::Idempotent, Topic::Transaction],
        text: "Rails: insert without looking first, with a unique index.",
        code: r#"
Event.insert(
  { session_id: event["sessionId"], sequence: event["sequence"], name: event["event"], body: body },
  unique_by: %i[session_id sequence name]
)
head :no_content # also where it was there already"#,
    },
    Lines {
        topics: &[Topic::AnswerFirst, Topic::AlwaysAnswer, Topic::Store],
        text: "Store, put the rest into a job, and answer.",
        code: r"
record = Event.create!(body: body)
WebhookJob.perform_later(record.id)
head :no_content",
    },
    Lines {
        topics: &[Topic::ContentType],
        text: "Compare the media type only.",
        code: r#"
json = request.media_type == "application/json" # without the charset"#,
    },
    Lines {
        topics: &[Topic::PerSession],
        text: "No class variables and no globals: a row under the session ID.",
        code: r#"
session = Session.create_or_find_by!(external_id: event["sessionId"])"#,
    },
];
