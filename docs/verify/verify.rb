# Usage: WMS_MAC_SECRET=... ruby verify.rb BODY-FILE 'hmac-sha256=...'
require 'openssl'

def valid?(secret, body, header)
  # begin
  expected = "hmac-sha256=#{OpenSSL::HMAC.hexdigest('SHA256', secret, body)}"
  OpenSSL.secure_compare(expected, header.to_s)
  # end
end

secret = ENV.fetch('WMS_MAC_SECRET', '')
file, header = ARGV
if secret.empty? || file.nil?
  warn "usage: WMS_MAC_SECRET=... ruby verify.rb BODY-FILE 'hmac-sha256=...'"
  exit 2
end
valid = valid?(secret, File.binread(file), header)
puts valid ? 'valid' : 'invalid'
exit valid
