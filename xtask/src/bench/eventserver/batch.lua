-- Fifty events a request, of 200 batches, at the time of sending.

local MARK = "YYYY-MM-DDTHH:MM:SS"
local requests, at = {}, 0
local second, text = 0, ""

function init(args)
  math.randomseed(42)
  for i = 1, 200 do
    local events = {}
    for j = 1, 50 do
      events[j] = string.format(
        '{"event":"rate","entityType":"user","entityId":"u%d","targetEntityType":"item","targetEntityId":"i%d","properties":{"rating":%d},"eventTime":"%s.%03dZ"}',
        math.random(100000), math.random(10000), math.random(5), MARK, i)
    end
    local body = "[" .. table.concat(events, ",") .. "]"
    requests[i] = wrk.format("POST", args[1], { ["content-type"] = "application/json" }, body)
  end
end

function request()
  at = at % #requests + 1
  local now = os.time()
  if now ~= second then second, text = now, os.date("!%Y-%m-%dT%H:%M:%S", now) end
  return (requests[at]:gsub("YYYY%-MM%-DDTHH:MM:SS", text))
end
