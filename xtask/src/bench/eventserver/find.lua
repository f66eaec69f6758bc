-- The twenty first events of some entity.

local path

function init(args)
  math.randomseed(42)
  path = args[1] .. "&entityType=user&limit=20&entityId=u"
end

function request()
  return wrk.format("GET", path .. math.random(100000))
end
