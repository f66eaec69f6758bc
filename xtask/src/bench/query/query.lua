-- A query for each user of the sample ratings, in turns.

local requests, at = {}, 0

function init(args)
  for user = 0, 29 do
    local body = string.format('{"user":"%d","num":4}', user)
    requests[user + 1] = wrk.format("POST", args[1], { ["content-type"] = "application/json" }, body)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end
