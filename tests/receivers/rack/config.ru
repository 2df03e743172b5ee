# A receiver on Rack. The point to get right is `rack.input`: read the body once, as it came, and parse that string after
# its MAC is right. `Rack::Request#params` would have read it before you.

require 'json'
require 'openssl'
require 'rack'
require_relative 'events'
require_relative 'plumbing'

MAX_BODY = 1024 * 1024
SESSIONS = Sessions.new

def signed?(header, body)
  expected = "hmac-sha256=#{OpenSSL::HMAC.hexdigest('SHA256', Plumbing.mac_secret, body)}"
  Rack::Utils.secure_compare(expected, header)
end

def answer(status, message)
  [status, { 'content-type' => 'application/json' }, [JSON.generate(message)]]
end

def webhook(env)
  body = env['rack.input'].read(MAX_BODY + 1) || ''
  return answer(413, { error: 'body too large' }) if body.bytesize > MAX_BODY

  mac_ok = signed?(env['HTTP_X_WMS_CONTENT_MAC'].to_s, body)
  event = read_event(body) if mac_ok
  status = if !mac_ok then 401 elsif !event then 400 else 204 end
  SESSIONS.add(event, body) if event
  Plumbing.record(env, body, mac_ok, status)
  return answer(status, { error: 'wrong MAC' }) unless mac_ok
  return answer(status, { error: 'not an event' }) unless event

  [204, {}, []]
end

def session(encoded)
  found = SESSIONS.find(Rack::Utils.unescape_path(encoded).force_encoding('UTF-8'))
  found ? answer(200, found) : answer(404, { error: 'no such session' })
end

run(lambda do |env|
  case [env['REQUEST_METHOD'], env['PATH_INFO']]
  in ['POST', '/webhook'] then webhook(env)
  in ['GET', %r{\A/sessions/(?<id>.+)\z}m] then session(env['PATH_INFO'].delete_prefix('/sessions/'))
  in ['GET', '/healthz'] then answer(200, { ok: true })
  in [_, '/webhook'] then answer(405, { error: 'only POST' })
  else answer(404, { error: 'not found' })
  end
end)
