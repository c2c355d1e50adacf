insert into release_in_use values (?::varchar)
