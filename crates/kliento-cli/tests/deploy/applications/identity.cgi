# A CGI program that says who is calling.
text="public
Subject=$HTTP_X_KLIENTO_SUBJECT
Organisation=$HTTP_X_KLIENTO_ORGANISATION
User=$HTTP_X_KLIENTO_USER
Signer=$HTTP_X_KLIENTO_SIGNER
Claims=$HTTP_X_KLIENTO_CLAIMS
Expires=$HTTP_X_KLIENTO_EXPIRES
"
printf 'Content-Type: text/plain\r\nContent-Length: %s\r\n\r\n%s' "${#text}" "$text"
