select distinct stated_release from current order by stated_release
