# What the tests need around a receiver and a receiver of yours does not: the record, the ready line, the ending.

require 'json'
require 'puma'
require 'puma/server'
require 'rack'

module Plumbing
  @lock = Mutex.new
  @received = 0
  @file = File.open(ENV['RECORD'], 'a') if ENV['RECORD']

  module_function

  def mac_secret = ENV['WMS_MAC_SECRET'].b

  # Written before the answer goes out, so that whoever has an answer finds its line in the record.
  def record(env, body, mac_ok, status)
    file, headers = @file, {}
    env.each { |name, value| headers[header(name)] = value.dup.force_encoding('UTF-8').scrub if header(name) }
    @lock.synchronize do
      @received += 1
      line = { n: @received, at_ms: Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond), mac_ok: mac_ok,
               status: status, headers: headers, body: body.dup.force_encoding('UTF-8').scrub }
      file&.syswrite("#{JSON.generate(line)}\n")
    end
  end

  # What the header was called, as far as Rack still knows.
  def header(name)
    return name.tr('_', '-').downcase if %w[CONTENT_TYPE CONTENT_LENGTH].include?(name)

    name.delete_prefix('HTTP_').tr('_', '-').downcase if name.start_with?('HTTP_') && name != 'HTTP_VERSION'
  end

  def serve
    trap('TERM') { exit!(0) }
    # The parent holds our stdin: when it dies, however it dies, so do we.
    Thread.new { $stdin.read; exit!(0) }

    app, = Rack::Builder.parse_file(File.join(__dir__, 'config.ru'))
    quiet = Puma::Events.strings if Puma::Events.respond_to?(:strings) # Puma 5
    server = Puma::Server.new(app, quiet, { min_threads: 8, max_threads: 8 })
    server.add_tcp_listener('127.0.0.1', ENV.fetch('PORT', '0').to_i)
    running = server.run
    $stdout.puts(JSON.generate(type: 'ready', port: server.connected_ports.first))
    $stdout.flush
    running.join
  end
end

if ENV['WMS_MAC_SECRET'].to_s.empty?
  warn('WMS_MAC_SECRET is not set')
  exit!(2)
end
