update outbox
set state = $1, answer = $2
where destination = $3 and seq = $4 and ordinal = $5
