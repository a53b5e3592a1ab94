-- FSGAN for Fusion: what the buttons of the macros do. Makes a job of the controls, starts the engine, follows it, and
-- loads what it wrote. Plain Lua 5.1, because Python may not be there. Fusion is met only through `tool`, `comp`,
-- `fusion` and `bmd`, which the buttons hand in. Nothing in here waits for the engine.

local settings = require("fsgan_settings")
local words = require("fsgan_text")
local job_file = require("fsgan_job")
local run = require("fsgan_run")

local M = {}
local actions = {}

-- What a button or a script calls. A failure becomes one sentence in the Status control; nothing is changed by it.
function M.press(action, tool, comp, fusion, bmd)
  local node = M.node(tool, comp, fusion, bmd)
  if not node then
    comp:Print("FSGAN: select an FSGAN Swap or FSGAN Reenact node, then run this again.\n")
    return false
  end
  local ok, problem = pcall(actions[action], node)
  if not ok then
    M.say(node, "ERROR: " .. (type(problem) == "table" and problem.sentence or "internal error: " .. tostring(problem)))
  end
  return ok
end

-- The node ------------------------------------------------------------------------------------------------------------

-- A macro's parts: its panel (which has the controls) and its group. `tool` may be either of the two.
function M.node(tool, comp, fusion, bmd)
  if not tool then return nil end
  local group = tool
  if tool.ID ~= "GroupOperator" and tool.ID ~= "MacroOperator" then group = tool.ParentTool end
  if not group then return nil end
  local parts = {}
  for _, child in pairs(group:GetChildrenList()) do
    parts[(child.Name:gsub("_%d+$", ""))] = child -- Fusion numbers the tools of a second macro
  end
  local panel = parts.FSGANPanel
  if not panel then return nil end
  return { panel = panel, group = group, parts = parts, comp = comp, fusion = fusion, bmd = bmd }
end

local function get(node, name) return node.panel:GetInput("FS_" .. name) end
local function set(node, name, value) node.panel:SetInput("FS_" .. name, value) end
local function text(node, name) return words.trimmed(get(node, name)) end

function M.say(node, sentence)
  if text(node, "status") == sentence then return end
  set(node, "status", sentence)
  node.comp:Print("FSGAN " .. node.group.Name .. ": " .. sentence .. "\n")
end

function M.in_resolve(node)
  local found, resolve = pcall(function() return node.fusion:GetResolve() end)
  return found and resolve ~= nil
end

function M.host_name(node)
  local version = tostring(node.fusion.Version or ""):match("^[%d.]+") or ""
  return words.trimmed((M.in_resolve(node) and "resolve " or "fusion ") .. version)
end

local function engine_note(node) return node.fusion:MapPath("UserPaths:FSGAN/engine.txt") end

-- Where things are ----------------------------------------------------------------------------------------------------

-- The file of the picture that is connected; notes how the composition's time differs from the numbers of its files.
local function connected_plate(node)
  local output = node.parts.FSGANPlate.Input:GetConnectedOutput()
  local tool = output and output:GetTool()
  if not tool then words.fail("Nothing is connected: connect a Loader or MediaIn, or choose a file.") end
  local path, offset
  if tool.ID == "Loader" then
    local attributes = tool:GetAttrs()
    path = (attributes.TOOLST_Clip_Name or {})[1]
    local start, number = (attributes.TOOLNT_Clip_Start or {})[1], (attributes.TOOLIT_Clip_StartFrame or {})[1]
    offset = start and number and start - number
  elseif tool.ID == "MediaIn" then
    path = tool:GetData("MediaProps.MEDIA_PATH")
  end
  if not path or path == "" then
    words.fail(tool.Name .. " stands between the file and this node. Press Render plate, or choose a file.")
  end
  if offset then set(node, "time_offset", offset) end
  return path
end

function M.out_path(node)
  local out = words.slashes(node.comp:MapPath(text(node, "out")))
  if out == "" then
    local saved = words.slashes(node.comp:GetAttrs().COMPS_FileName or "")
    local folder, name = saved:match("^(.*/)([^/]*)$")
    if not folder then
      words.fail("This composition has no file of its own to write beside. Set Output, such as D:/shots/swap.####.exr.")
    end
    return folder .. "fsgan/" .. name:gsub("%.comp$", "") .. "_" .. node.group.Name .. ".%04d.exr"
  end
  if not words.is_absolute(out) then
    words.fail("Output is " .. out .. ". Give the whole path, from the drive or from /.")
  end
  if not out:lower():match("%.exr$") then
    words.fail("Output is " .. out .. ". End it in .exr, such as swap.####.exr.")
  end
  return out
end

-- Rendering -----------------------------------------------------------------------------------------------------------

function actions.start(node)
  local before = text(node, "run")
  if before ~= "" and run.is_alive(before) and not run.state(before).ended then
    words.fail("This node is rendering already. Wait for it, or press Cancel.")
  end
  local kind = text(node, "kind")
  local control = function(name) return node.panel:GetInput(name) end
  local full = function(path) return node.comp:MapPath(path) end
  local paths = job_file.paths(kind, control, M.out_path(node), function() return connected_plate(node) end, full)
  local job = job_file.text(kind, control, paths, M.host_name(node))
  local program = run.checked_engine(text(node, "engine"), engine_note(node))
  set(node, "run", run.start(program, job, paths.FS_out, node.bmd.createdir))
  M.say(node, "Started. Fusion stays free; the result is loaded when it is there.")
  node.comp:RunScript(node.fusion:MapPath("Scripts:/Comp/FSGAN/FSGAN Follow.lua"))
end

function actions.cancel(node)
  local folder = text(node, "run")
  if folder == "" or run.state(folder).ended then words.fail("Nothing is running.") end
  words.write(folder .. "/cancel", "")
  M.say(node, "Stopping after the frame at work.")
end

-- Writes the connected picture, whatever stands above it, and makes it the plate.
function actions.render_plate(node)
  if not node.parts.FSGANPlate.Input:GetConnectedOutput() then words.fail("Nothing is connected to render.") end
  local folder = words.output_stem(M.out_path(node)) .. "_plate"
  local saver, range = node.parts.FSGANPlateSaver, node.comp:GetAttrs()
  node.bmd.createdir(folder)
  saver:SetInput("Clip", folder .. "/plate.0000.exr")
  local done = node.comp:Render({ Start = range.COMPN_RenderStart, End = range.COMPN_RenderEnd, Tool = saver, Wait = true })
  if not done or not words.exists(words.at_frame(folder .. "/plate.%04d.exr", range.COMPN_RenderStart)) then
    words.fail("The plate could not be rendered to " .. folder .. ". Look at Fusion's console for the reason.")
  end
  set(node, settings.kinds[text(node, "kind")].connected, folder .. "/plate.%04d.exr")
  set(node, "time_offset", 0)
  M.say(node, string.format("The plate is in %s, frames %d-%d.", folder, range.COMPN_RenderStart, range.COMPN_RenderEnd))
end

function actions.check(node)
  local program, version = run.checked_engine(text(node, "engine"), engine_note(node))
  M.say(node, string.format("Engine %s (%s), %s. Output: %s", version, program, M.host_name(node), M.out_path(node)))
end

-- The result ----------------------------------------------------------------------------------------------------------

-- A Loader set to some frames of a sequence. Order matters: Fusion trims the clip when the range is set.
local function load_clip(loader, path, state, offset)
  loader:SetInput("Clip", words.at_frame(path, state.first))
  loader:SetInput("GlobalOut", state.last + offset)
  loader:SetInput("GlobalIn", state.first + offset)
  loader:SetInput("ClipTimeStart", 0)
  loader:SetInput("ClipTimeEnd", state.last - state.first)
  loader:SetInput("HoldFirstFrame", 0)
  loader:SetInput("HoldLastFrame", 0)
end

-- The Loader of one layer: its own file, or its channels of the layered file.
local function load_layer(loader, result, layer, state, offset)
  if result.one_file_per_layer then
    local path = words.layer_path(result.out, layer.name)
    if words.exists(words.at_frame(path, state.first)) then load_clip(loader, path, state, offset) end
    return
  end
  load_clip(loader, result.out, state, offset)
  for index, name in ipairs({ "Red", "Green", "Blue" }) do
    local channel = layer.channels[index] or (#layer.channels == 1 and layer.channels[1])
    if channel then loader:SetInput("Clip1.OpenEXRFormat." .. name .. "Name", layer.name .. "." .. channel) end
  end
end

-- What a run was asked to write, from its own job file: the controls may have been changed since.
local function result_of(folder)
  local content = words.read_all(folder .. "/job.json") or ""
  return {
    out = words.json_text(content:match('\n  "out": "(.-)",?\n') or ""),
    layers = content:match('"layers": "(.-)"') or "all",
    one_file_per_layer = content:match('"one_file_per_layer": true') ~= nil,
  }
end

local function written_layers(node, result)
  local written = {}
  -- Resolve shows the first layer of a layered file in all Loaders: no layers are better than wrong ones.
  if M.in_resolve(node) and not result.one_file_per_layer then return written end
  for _, layer in ipairs(settings.layers) do
    if result.layers == "all" or (result.layers .. ","):find(layer.name .. "%s*,") then table.insert(written, layer) end
  end
  return written
end

function actions.load(node)
  local folder = text(node, "run")
  if folder == "" then words.fail("There is no result yet. Press the first button.") end
  local state = run.state(folder)
  if not state.ok then
    M.say(node, (state.ended and not state.cancelled and "ERROR: " or "") .. state.sentence)
    return
  end
  local result, offset = result_of(folder), get(node, "time_offset") or 0
  load_clip(node.parts.FSGANResult, result.out, state, offset)
  local layers = written_layers(node, result)
  for _, layer in ipairs(layers) do load_layer(node.parts[layer.name], result, layer, state, offset) end
  set(node, "first", state.first + offset)
  set(node, "last", state.last + offset)
  set(node, "ready", 1)
  local more = state.warning and " WARNING: " .. state.warning or ""
  if #layers == 0 and result.layers ~= "none" then
    more = more .. " Switch One file per layer on (page Output) to have the layers as outputs in Resolve."
  end
  M.say(node, state.sentence .. more)
end

function actions.extract(node)
  local folder = text(node, "run")
  local state = folder ~= "" and run.state(folder) or {}
  if not state.ok then words.fail("There is no finished result to load.") end
  local result, offset = result_of(folder), get(node, "time_offset") or 0
  local layers, loaders = written_layers(node, result), {}
  node.comp:Lock() -- only round AddTool: a value that is set under the lock is not rendered
  for _ = 0, #layers do table.insert(loaders, node.comp:AddTool("Loader", -32768, -32768)) end
  node.comp:Unlock()
  load_clip(loaders[1], result.out, state, offset)
  for index, layer in ipairs(layers) do load_layer(loaders[index + 1], result, layer, state, offset) end
  M.say(node, #loaders .. " Loaders are in the flow.")
end

-- Follows every macro of the composition that is rendering, and loads each result. Runs as a script beside the user.
function M.follow(comp, fusion, bmd)
  if comp:GetData("FSGAN.following") then return end
  comp:SetData("FSGAN.following", true)
  local ok, problem = pcall(function()
    while M.follow_once(comp, fusion, bmd) do bmd.wait(0.5) end
  end)
  comp:SetData("FSGAN.following", nil)
  if not ok then comp:Print("FSGAN: the result is no longer followed (" .. tostring(problem) .. "). Press Load result.\n") end
end

-- Looks at every run once; whether one of them goes on. A node that was deleted is no longer met.
function M.follow_once(comp, fusion, bmd)
  local running = false
  for _, tool in pairs(comp:GetToolList(false, "GroupOperator")) do
    local node = M.node(tool, comp, fusion, bmd)
    local folder = node and text(node, "run") or ""
    if folder ~= "" and node.panel:GetData("FSGAN.loaded") ~= folder then
      local ended = run.state(folder).ended
      M.press("load", tool, comp, fusion, bmd)
      if ended then node.panel:SetData("FSGAN.loaded", folder) end
      running = running or not ended
    end
  end
  return running
end

return M
