-- Has wrk ask for every page of a list in turn, as the other clients do, and not for one again and
-- again, which nginx serves faster. usage: wrk -s wrk_pages.lua URL -- LIST
local requests, at = {}, 0

function init(args)
  for line in io.lines(args[1]) do
    local path = line:match("^%a+://[^/]+(/.*)$")
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
