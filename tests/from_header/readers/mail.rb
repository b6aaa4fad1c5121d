# SPDX-License-Identifier: MIT
# The addresses that Ruby's mail gem finds. One field a line in hexadecimal, answered by a line of "local@domain", in
# hexadecimal each.
begin
  require "mail"
rescue LoadError
  exit 77
end
$VERBOSE = nil
$stdout.sync = true

def read_field(text)
  text = text.dup.force_encoding("UTF-8")
  text = text.dup.force_encoding("BINARY") unless text.valid_encoding?
  Mail::AddressList.new(text).addresses.map(&:address)
rescue StandardError
  []
end

$stdin.each_line do |line|
  found = read_field([line.chomp].pack("H*")).compact.reject(&:empty?)
  puts found.map { |address| address.dup.force_encoding("BINARY").unpack1("H*") }.join(" ")
end
