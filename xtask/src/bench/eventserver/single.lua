-- One event a request, of a thousand users and items, at the time of sending.

local MARK = "YYYY-MM-DDTHH:MM:SS"
local parts, at = {}, 0
local second, text = 0, ""

function init(args)
  math.randomseed(42)
  for i = 1, 1000 do
    local body = string.format(
      '{"event":"rate","entityType":"user","entityId":"u%d","targetEntityType":"item","targetEntityId":"i%d","properties":{"rating":%d},"eventTime":"%s.%03dZ"}',
      math.random(100000), math.random(10000), math.random(5), MARK, i - 1)
    local request = wrk.format("POST", args[1], { ["content-type"] = "application/json" }, body)
    local from, to = request:find(MARK, 1, true)
    parts[i] = { request:sub(1, from - 1), request:sub(to + 1) }
  end
end

function request()
  at = at % #parts + 1
  local now = os.time()
  if now ~= second then second, text = now, os.date("!%Y-%m-%dT%H:%M:%S", now) end
  return parts[at][1] .. text .. parts[at][2]
end
