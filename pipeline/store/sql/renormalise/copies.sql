-- Every distinct copy of a gene that the statements of this store name: few, though there are many statements.
select one as copy from current where pair
union
select other from current where pair and other is not null
union
select unnest(string_split_regex(glstring, '[?^|+~]')) from current where not pair
order by copy
