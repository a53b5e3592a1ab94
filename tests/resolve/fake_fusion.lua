-- A strict Fusion for tests: a composition whose tools are built from the text of a .setting file. An unknown method,
-- input, path or value of the wrong type is an error, where the real one would say nothing.

local stock = {
  Loader = { "Clip", "GlobalIn", "GlobalOut", "ClipTimeStart", "ClipTimeEnd", "HoldFirstFrame", "HoldLastFrame",
    "MissingFrames", "Clip1.OpenEXRFormat.RedName", "Clip1.OpenEXRFormat.GreenName", "Clip1.OpenEXRFormat.BlueName",
    "Clip1.OpenEXRFormat.AlphaName" },
  Saver = { "Clip", "Input", "ProcessWhenBlendIs00", "CreateDir", "OutputFormat", "OpenEXRFormat.Depth" },
  Dissolve = { "Background", "Foreground", "Mix" },
  PipeRouter = { "Input" },
  Custom = { "Image1", "Image2", "Image3", "NumberIn1", "RedExpression", "GreenExpression", "BlueExpression",
    "AlphaExpression" },
  ["Fuse.Wireless"] = {},
  MediaIn = {},
  Blur = { "Input" },
}
local texts = { Clip = true, ["Clip1.OpenEXRFormat.RedName"] = true, ["Clip1.OpenEXRFormat.GreenName"] = true,
  ["Clip1.OpenEXRFormat.BlueName"] = true }

local function strict(object, what)
  return setmetatable(object, {
    __index = function(_, key) error("no " .. tostring(key) .. " on " .. what, 2) end,
    __newindex = function(_, key) error("a script may not set " .. tostring(key) .. " on " .. what, 2) end,
  })
end

local function class_of(entry) return rawget(entry, "__ctor") end

-- What an input may hold, from its user control.
local function check_value(control, name, value)
  if not control then
    if texts[name] then assert(type(value) == "string", name .. " takes text") end
    return
  end
  if control.LINKID_DataType == "Text" then
    assert(type(value) == "string", name .. " takes text, and got " .. type(value))
  else
    assert(type(value) == "number", name .. " takes a number, and got " .. type(value))
    assert(not control.INP_MinAllowed or value >= control.INP_MinAllowed, name .. " is below its limit")
    assert(not control.INP_MaxAllowed or value <= control.INP_MaxAllowed, name .. " is above its limit")
  end
end

return function(hooks)
  local comp, fusion, bmd
  local tools, printed, scripts, locked, data = {}, {}, {}, false, {}
  local attributes = { COMPS_FileName = hooks.comp_file, COMPN_RenderStart = 1001, COMPN_RenderEnd = 1003 }

  local function make_tool(name, class, entry, parent)
    local known, values, attached, wires = {}, {}, {}, {}
    for _, input in ipairs(stock[class] or error("Fusion has no tool " .. class)) do known[input] = true end
    local controls = entry and rawget(entry, "UserControls") or {}
    for input, control in pairs(controls) do
      if input ~= "__ctor" then
        known[input] = control
        values[input] = control.INP_Default
      end
    end
    for input, given in pairs(entry and rawget(entry, "Inputs") or {}) do
      if input ~= "__ctor" then
        assert(known[input], name .. " has no input " .. input)
        if given.SourceOp then wires[input] = given.SourceOp else values[input] = given.Value end
      end
    end
    local tool = {
      Name = name, ID = class, ParentTool = parent or false,
      GetInput = function(_, input)
        assert(known[input], name .. " has no input " .. tostring(input))
        return values[input]
      end,
      SetInput = function(_, input, value)
        assert(known[input], name .. " has no input " .. tostring(input))
        assert(not locked, "a value set while the composition is locked is not rendered: " .. input)
        check_value(type(known[input]) == "table" and known[input] or nil, input, value)
        values[input] = value
      end,
      SetData = function(_, key, value) attached[key] = value end,
      GetData = function(_, key) return attached[key] end,
      GetAttrs = function() return rawget(hooks.tool_attributes, name) or {} end,
    }
    for input in pairs(known) do
      if not rawget(tool, input) then
        tool[input] = strict({
          GetConnectedOutput = function()
            local source = input == "Input" and class == "PipeRouter" and hooks.connected or wires[input]
            if not source then return nil end
            return strict({ GetTool = function() return tools[source] end }, "an output")
          end,
        }, "the input " .. input)
      end
    end
    tools[name] = strict(tool, name .. " (" .. class .. ")")
    return tools[name]
  end

  local function add_macro(setting, rename)
    local group_name, entry = setting.ActiveTool, setting.Tools[setting.ActiveTool]
    local children = {}
    local group = strict({
      Name = rename and group_name .. rename or group_name, ID = "GroupOperator", ParentTool = false,
      GetChildrenList = function() return children end,
    }, group_name)
    for name, inner in pairs(entry.Tools) do
      if name ~= "__ctor" then
        local named = rename and name .. rename or name
        table.insert(children, make_tool(named, class_of(inner), inner, group))
      end
    end
    tools[group.Name] = group
    return group, entry
  end

  comp = strict({
    Print = function(_, line) assert(type(line) == "string"); table.insert(printed, line) end,
    MapPath = function(_, path) return fusion:MapPath(path) end,
    GetAttrs = function() return attributes end,
    GetToolList = function(_, selected, class)
      assert(selected == false and class == "GroupOperator")
      local found = {}
      for _, tool in pairs(tools) do if tool.ID == class then table.insert(found, tool) end end
      return found
    end,
    SetData = function(_, key, value) data[key] = value end,
    GetData = function(_, key) return data[key] end,
    RunScript = function(_, path) table.insert(scripts, path) end,
    Lock = function() assert(not locked, "locked twice"); locked = true end,
    Unlock = function() assert(locked, "not locked"); locked = false end,
    AddTool = function(_, class, x, y)
      assert(x and y)
      local count = 1
      while tools[class .. count] do count = count + 1 end
      return make_tool(class .. count, class)
    end,
    Render = function(_, what)
      assert(what.Tool.ID == "Saver" and what.Wait == true and what.Start <= what.End)
      assert(not locked, "no render while locked")
      return hooks.render(what.Tool:GetInput("Clip"), what.Start, what.End)
    end,
  }, "comp")
  fusion = {
    Version = "18.6.4",
    MapPath = function(_, path)
      assert(type(path) == "string", "MapPath takes text")
      local root, rest = path:match("^(%a%a+):/?(.*)$")
      if not root then return path end
      local folders = { Scripts = "Scripts", Modules = "Modules", UserPaths = "" }
      assert(folders[root], "no path map " .. root)
      return hooks.root .. "/" .. (folders[root] == "" and "" or folders[root] .. "/") .. rest
    end,
  }
  if hooks.resolve then fusion.GetResolve = function() return {} end end
  strict(fusion, "fusion")
  bmd = strict({
    createdir = function(path) return hooks.createdir(path) end,
    wait = function(seconds) assert(seconds > 0); hooks.wait() end,
  }, "bmd")

  local function run_lua(source, name, tool)
    local f = assert(loadstring(source, "=" .. name))
    local globals = { tool = tool, comp = comp, fusion = fusion, fu = fusion, bmd = bmd,
      print = function(line) table.insert(printed, line) end }
    setfenv(f, setmetatable(globals, { __index = function(_, key)
      local known = rawget(_G, key)
      if known == nil then error("no global " .. key, 2) end
      return known
    end }))
    return f()
  end

  return {
    add_macro = add_macro,
    add_tool = function(class, name) return make_tool(name, class) end,
    remove = function(name) tools[name] = nil end,
    tool = function(name) return tools[name] end,
    press = function(entry, button, tool)
      local control = entry.Tools.FSGANPanel.UserControls[button] or error("no button " .. button)
      return run_lua(control.BTNCS_Execute or error(button .. " is no button"), button, tool)
    end,
    run_script = function(source, active)
      rawset(comp, "ActiveTool", active or false) -- the real one gives nil; a strict table cannot tell that from a typo
      return run_lua(source, "script")
    end,
    printed = function() return table.concat(printed, "\n") end,
    scripts = function() return scripts end,
    comp = comp, fusion = fusion, bmd = bmd,
  }
end
