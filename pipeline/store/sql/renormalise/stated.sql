select distinct stated_release from statement order by stated_release
