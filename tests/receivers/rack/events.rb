# What the receiver does with an event once its MAC is right: read it, and remember what has become of its session. Yours
# has a table with a unique index instead.

require 'digest'
require 'json'

MAX_SESSIONS = 10_000
MAX_EVENTS = 1_000 # of a session
MAX_TEXT = 1_024

FAILURES = %w[
  CAMERA_PERMISSION_DENIED CONSTRAINT_VIOLATION WEBSOCKET_RECONNECTION_FAILED API_ERROR LOW_SNR GENERAL_ERROR
].freeze

def text?(value)
  value.is_a?(String) && value.valid_encoding? && value.length.between?(1, MAX_TEXT)
end

# 1.0 and 1e2 are integers that somebody else's printer wrote; infinity is not.
def integer?(value)
  value.is_a?(Integer) || (value.is_a?(Float) && value.finite? && value == value.floor)
end

# The event in a body, or nil. What it has beyond these three keys is none of our business.
def read_event(body)
  message = JSON.parse(body.dup.force_encoding('UTF-8'))
  message if message.is_a?(Hash) && text?(message['sessionId']) && integer?(message['sequence']) && text?(message['event'])
rescue JSON::ParserError, EncodingError, ArgumentError
  nil
end

# What is known of each session. It depends on which events came, and not on how often or in which order. An event is
# known by its body: a page that is loaded again may count from 0 again, and what is sent twice has the same bytes.
class Sessions
  Event = Struct.new(:sequence, :code, :severity, :measurement)

  def initialize
    @lock = Mutex.new
    @sessions = {}
  end

  def add(message, body)
    payload = message['payload']
    measurement = payload['measurementId'] if payload.is_a?(Hash)
    measurement = nil unless text?(measurement)
    event = Event.new(message['sequence'].to_i, message['event'], message['severity'], measurement)
    @lock.synchronize do
      events = (@sessions[message['sessionId']] ||= {})
      @sessions.shift if @sessions.size > MAX_SESSIONS
      events[Digest::SHA256.digest(body)] = event if events.size < MAX_EVENTS
    end
  end

  # nil if nothing has come.
  def find(session_id)
    events = @lock.synchronize { @sessions[session_id]&.values }
    return unless events

    {
      sessionId: session_id,
      outcome: outcome(events),
      measurementId: measurement(events),
      events: events.size,
      lastSequence: events.map(&:sequence).max,
      counts: events.map(&:code).tally.sort.to_h
    }
  end

  private

  def outcome(events)
    codes = events.map(&:code)
    return 'completed' if codes.include?('RESULTS_RECEIVED')
    return 'canceled' if codes.include?('MEASUREMENT_CANCELED')
    return 'failed' if codes.intersect?(FAILURES) || events.any? { |event| event.severity == 'ERROR' }

    'abandoned' if codes.include?('PAGE_UNLOADED')
  end

  # The measurement of the event with the highest sequence. The ID decides between two, so that their order does not.
  def measurement(events)
    events.select(&:measurement).max_by { |event| [event.sequence, event.measurement] }&.measurement
  end
end
