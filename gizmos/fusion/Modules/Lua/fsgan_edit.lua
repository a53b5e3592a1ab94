-- Swap the face in the chosen clips of a timeline: the script of the edit page for machines without Python. Does what
-- fsgan_resolve/edit_page.py does, with the same settings file, and makes the same job.

local words = require("fsgan_text")
local settings = require("fsgan_settings")
local job_file = require("fsgan_job")
local run = require("fsgan_run")

local M = { clip_colour = "Pink", bin = "FSGAN" }
local out_folder = "out_folder"
local readable = { ".exr", ".dpx", ".tif", ".tiff", ".png", ".jpg", ".jpeg", ".mov", ".mp4", ".m4v", ".mkv", ".avi",
  ".webm", ".mxf", ".mpg", ".mpeg", ".mts", ".m2ts" }

-- Resolve's spelling of a sequence as a pattern, and the number of its first file: p.[1001-1100].exr gives p.%04d.exr.
function M.sequence_pattern(path)
  local head, first, tail = path:match("^(.*)%[(%d+)%-%d+%](%.[^.]+)$")
  if not head then return path, 1 end
  return head .. "%0" .. #first .. "d" .. tail, tonumber(first)
end

function M.is_readable(path)
  local extension = (path:match("%.[^./\\]+$") or ""):lower()
  for _, known in ipairs(readable) do if extension == known then return true end end
  return false
end

-- The clip's file, its frames in it, and its place on the timeline.
function M.clip_plate(item, track)
  local name, media = item:GetName(), item:GetMediaPoolItem()
  if not media then words.fail("The clip " .. name .. " has no file: a title or a generator cannot be swapped.") end
  local path = words.slashes(media:GetClipProperty("File Path"))
  local length, pattern, number = item:GetDuration(false), M.sequence_pattern(path)
  local clip = { name = name, start = item:GetStart(false), track = track, length = length, path = "" }
  if not M.is_readable(pattern) then
    words.fail("The clip " .. name .. " is of a kind that the engine cannot open. Run the Python script, which lets "
      .. "Resolve render it first, or render it to EXR yourself.")
  end
  clip.path, clip.first = pattern, number + item:GetLeftOffset(false)
  clip.last = clip.first + length - 1
  if not words.exists(words.at_frame(pattern, clip.first)) then
    words.fail("The media of the clip " .. name .. " is offline (" .. pattern .. "). Mount its volume or relink it.")
  end
  return clip
end

-- The clips of the clip colour, or the one under the playhead.
function M.selected_clips(timeline)
  local chosen, under = {}, timeline:GetCurrentVideoItem()
  local below
  for track = 1, timeline:GetTrackCount("video") do
    for _, item in ipairs(timeline:GetItemListInTrack("video", track)) do
      if item:GetClipColor() == M.clip_colour then table.insert(chosen, { item, track }) end
      if under and item:GetUniqueId() == under:GetUniqueId() then below = { item, track } end
    end
  end
  if #chosen == 0 and below then chosen = { below } end
  if #chosen == 0 then
    words.fail("No clip is chosen. Give clips the colour " .. M.clip_colour .. ", or park the playhead on one.")
  end
  return chosen
end

function M.settings(path)
  local content = words.read_all(path)
  if not content then return {} end
  local found = words.flat_object(content)
  if not found then words.fail(path .. " must be a JSON object of names with texts, numbers, true or false.") end
  local known = { [out_folder] = true }
  for _, field in ipairs(settings.kinds.swap) do
    local name = (field.control or ""):gsub("^FS_", "")
    known[name] = true
    if field.kind == "pictures" then known[name .. "_layer"], known[name .. "_stereo_view"] = true, true end
  end
  for name in pairs(found) do
    if not known[name] then words.fail("swap_settings.json has an unknown entry '" .. name .. "'.") end
  end
  return found
end

function M.source(project, chosen)
  if chosen.source and chosen.source ~= "" then return chosen.source end
  local pool = project:GetMediaPool()
  local media = pool.GetSelectedClips and pool:GetSelectedClips() or {}
  if #media ~= 1 then
    words.fail(#media .. " clips are selected in the media pool. Select the one that shows who is put in, or name the "
      .. "source in swap_settings.json.")
  end
  return (M.sequence_pattern(words.slashes(media[1]:GetClipProperty("File Path"))))
end

function M.out_pattern(clip, folder)
  folder = folder or (clip.path:match("^(.*)/[^/]*$") .. "/fsgan")
  local name = clip.name:gsub("%.[^.]*$", ""):gsub("[^%w_]+", "_"):gsub("^_+", ""):gsub("_+$", "")
  return string.format("%s/%s_at%d_swap.%%04d.exr", folder, name ~= "" and name or "clip", clip.start)
end

-- The lowest track above the clip with nothing in its time; a new one on top where there is none.
function M.free_track(timeline, clip)
  local count = timeline:GetTrackCount("video")
  for track = clip.track + 1, count do
    local is_free = true
    for _, item in ipairs(timeline:GetItemListInTrack("video", track)) do
      local start = item:GetStart(false)
      if start < clip.start + clip.length and start + item:GetDuration(false) > clip.start then is_free = false end
    end
    if is_free then return track end
  end
  timeline:AddTrack("video", {})
  if timeline:GetTrackCount("video") ~= count + 1 then
    words.fail("Resolve did not add a video track. Add one above the clip, and run this again.")
  end
  return count + 1
end

-- The result imported and placed; Resolve answers true and does nothing, so what was placed is read back.
function M.put_above(project, clip, out)
  local timeline, pool = project:GetCurrentTimeline(), project:GetMediaPool()
  local track, root, bin = M.free_track(timeline, clip), pool:GetRootFolder(), nil
  for _, folder in ipairs(root:GetSubFolderList()) do if folder:GetName() == M.bin then bin = folder end end
  pool:SetCurrentFolder(bin or pool:AddSubFolder(root, M.bin))
  local asked = clip.length > 1 and { FilePath = out, StartIndex = clip.first, EndIndex = clip.last }
    or words.at_frame(out, clip.first)
  local items = pool:ImportMedia({ asked })
  if not items or not items[1] then words.fail("Resolve imported nothing of the result. The frames are on disk: " .. out) end
  pool:AppendToTimeline({ { mediaPoolItem = items[1], startFrame = 0, endFrame = clip.length - 1, trackIndex = track,
    recordFrame = clip.start, mediaType = 1 } })
  for _, item in ipairs(timeline:GetItemListInTrack("video", track)) do
    if item:GetStart(false) == clip.start then
      item:SetClipColor("Teal")
      return track
    end
  end
  words.fail("Resolve did not place the result on track " .. track .. ". It is in the bin " .. M.bin .. ".")
end

function M.swap_clip(project, clip, chosen, program, host, tools)
  local out = M.out_pattern(clip, chosen[out_folder])
  local function control(name)
    if name == "FS_frames" then return clip.first .. "-" .. clip.last end
    if name == "FS_plate" then return clip.path end
    return chosen[name:gsub("^FS_", "")]
  end
  local function full(path) return path end
  local paths = job_file.paths("swap", control, out, function() return clip.path end, full)
  local folder = run.start(program, job_file.text("swap", control, paths, host), out, tools.createdir)
  local told, state
  repeat
    tools.wait(0.5)
    state = run.state(folder)
    if state.step ~= told and not state.ended then tools.say("FSGAN: " .. clip.name .. ": " .. state.sentence) end
    told = state.step
  until state.ended
  if not state.ok then words.fail(state.sentence) end
  return M.put_above(project, clip, out)
end

-- What the script of the menu calls. `folder` is FSGAN below Fusion's; `tools` holds say, wait and createdir.
function M.swap_selected_clips(resolve, folder, tools)
  local done, project, clips, chosen, program = 0, nil, {}, nil, nil
  local function guarded(name, work)
    local ok, problem = pcall(work)
    if not ok then
      tools.say("FSGAN ERROR: " .. name .. (type(problem) == "table" and problem.sentence or tostring(problem)))
    end
    return ok
  end
  local ready = guarded("", function()
    chosen = M.settings(folder .. "/swap_settings.json")
    project = resolve:GetProjectManager():GetCurrentProject()
    local timeline = project and project:GetCurrentTimeline()
    if not timeline then words.fail("No timeline is open. Open the timeline with the clips.") end
    for _, one in ipairs(M.selected_clips(timeline)) do table.insert(clips, M.clip_plate(one[1], one[2])) end
    chosen.source = M.source(project, chosen)
    program = run.checked_engine("", folder .. "/engine.txt")
  end)
  if not ready then return 0 end
  for _, clip in ipairs(clips) do
    local ok = guarded(clip.name .. ": ", function()
      local track = M.swap_clip(project, clip, chosen, program, "resolve " .. resolve:GetVersionString(), tools)
      tools.say("FSGAN: " .. clip.name .. " is on track " .. track .. ".")
    end)
    done = done + (ok and 1 or 0)
  end
  if project:GetName():match("^Untitled Project") then
    tools.say("FSGAN: This project has no name yet. Save it, so that the results stay in it; the frames are on disk.")
  end
  return done
end

return M
