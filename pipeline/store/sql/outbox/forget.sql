delete from outbox
where destination = $1 and seq <= (select since from destination where name = $1)
