#!/bin/sh
# Mail over a real server, aiosmtpd: in the open, by STARTTLS and with TLS from the first byte.
. "${SOURCE:-$(cd "$(dirname "$0")/../.." && pwd)}/tests/lib/cli.sh"

python=/usr/bin/python3
"$python" -c 'import aiosmtpd' 2>/dev/null || skip_all 'python3-aiosmtpd is not installed'
umask 077

openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=test-ca >openssl.log 2>&1
openssl req -newkey rsa:2048 -nodes -keyout mail.key -out mail.csr -subj /CN=localhost >>openssl.log 2>&1
printf 'subjectAltName=DNS:localhost,IP:127.0.0.1\n' > san
openssl x509 -req -in mail.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -extfile san -out mail.pem >>openssl.log 2>&1
export SSL_CERT_FILE="$TEST_DIR/ca.pem"

# It takes no port 0, so one that was free a moment ago is tried, a few times.
start_mail() # NAME OPTION…
{
	_mail=$1
	shift
	for _try in 1 2 3 4 5; do
		mail_port=$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
		start "$_mail" "$python" -u -m aiosmtpd -n -l "127.0.0.1:$mail_port" "$@"
		_up() { ! running "$_mail" || "$python" -c "import socket; socket.create_connection(('127.0.0.1', $mail_port))"; }
		wait_for 30 _up
		! running "$_mail" || return 0
		finish "$_mail"
	done
	note "no mail server: $(cat "$_mail.err")"
	return 1
}

configure() # TLS
{
	cat > kumatop.conf <<END
channels: ( { name = "mail"; kind = "email"; server = "localhost:$mail_port"; tls = "$1"; from = "Kumatöp <kumatop@example.com>";
  to = ["ops@example.com", "Zwei <zwei@example.com>"]; cc = ["boss@example.com"]; } );
END
}

received() # NAME: the decoded mail, as another program reads it
{
	"$python" - "$1" <<'END'
import email, email.policy, sys
text = open(sys.argv[1] + '.out').read()
text = text.split('---------- MESSAGE FOLLOWS ----------\n')[-1].split('------------ END MESSAGE ------------')[0]
mail = email.message_from_string(text, policy=email.policy.default)
for name in ('From', 'To', 'Cc', 'Subject', 'Message-ID', 'Date', 'X-Kumatop-Event'):
    print(name + ': ' + str(mail[name]))
print(mail.get_content())
print('defects: %d' % (len(mail.defects) + sum(len(mail[h].defects) for h in mail.keys())))
END
}

start_mail plain -c aiosmtpd.handlers.Debugging
configure none
for event in down up degraded certificate digest; do
	run "$KUMATOP" alert test --config kumatop.conf --as "$event" mail
	is "$event: delivered" "$status" 0
	like "$event: taken by the server" "$out" '^answer: 250 '
	read=$(received plain)
	like "$event: arrives" "$read" "^X-Kumatop-Event: $event\$"
	like "$event: as a mail should be" "$read" '^defects: 0$'
done
run "$KUMATOP" alert test --config kumatop.conf --as down mail
read=$(received plain)
like 'the sender' "$read" '^From: Kumatöp <kumatop@example.com>$'
like 'the receivers' "$read" '^To: ops@example.com, Zwei <zwei@example.com>$'
like 'the copy' "$read" '^Cc: boss@example.com$'
like 'the subject' "$read" '^Subject: DOWN: kumatop test$'
like 'the text' "$read" '^503 Service Unavailable$'
configure starttls
run "$KUMATOP" alert test --config kumatop.conf mail
is 'nothing goes out in the open that should not' "$status" 69
stop plain

start_mail secured --tlscert mail.pem --tlskey mail.key -c aiosmtpd.handlers.Debugging
configure starttls
run "$KUMATOP" alert test --config kumatop.conf mail
is 'STARTTLS' "$status" 0
like 'arrives' "$(received secured)" '^Subject: TEST: mail$'
SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt
run "$KUMATOP" alert test --config kumatop.conf mail
is 'not to a server that nobody vouches for' "$status" 69
SSL_CERT_FILE="$TEST_DIR/ca.pem"
stop secured

start_mail tls --smtpscert mail.pem --smtpskey mail.key -c aiosmtpd.handlers.Debugging
configure tls
run "$KUMATOP" alert test --config kumatop.conf mail
is 'TLS' "$status" 0
like 'arrives' "$(received tls)" '^Subject: TEST: mail$'
stop tls

done_testing
