using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>What ONNX Runtime leaves behind in a process of the lab: nothing.</summary>
/// <remarks>
/// Without the switch the same child leaves <c>.cache/Microsoft/DeveloperTools/.onnxruntime/deviceid</c> and <c>onnxruntime.db</c>, warns where HOME cannot be written,
/// and has a second thread of its own name. No test leaves it off to show that: it would send.
/// </remarks>
public class OrtTelemetryTests(TinyDetr model) : IClassFixture<TinyDetr>
{
    static readonly string s_image = Path.Combine(TestPaths.Fixtures, "images", "jpeg-420.jpg");

    [Fact]
    public async Task Detect_EmptyHome_LeavesItEmptyAndStartsNoUploader()
    {
        using var folder = new TempFolder();
        var home = Directory.CreateDirectory(folder.File("home")).FullName;
        await AssertSilent(folder, home);
        Assert.Empty(Directory.EnumerateFileSystemEntries(home, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Detect_HomeThatCannotBeWritten_SaysNothingAndStartsNoUploader()
    {
        using var folder = new TempFolder();
        File.WriteAllText(folder.File("home"), "a file: not even root makes a folder in it");
        await AssertSilent(folder, folder.File("home"));
    }

    async Task AssertSilent(TempFolder folder, string home)
    {
        // One thread computes, so that each further thread of the process's own name is one that ONNX Runtime started for itself.
        var start = new ProcessStartInfo(
            "dotnet", [Path.Combine(AppContext.BaseDirectory, "detrlab.dll"), "detect", s_image, "--model", model.WithoutMask, "--threads", "1", "--out", folder.File("out")])
        { WorkingDirectory = folder.Path, RedirectStandardError = true, RedirectStandardOutput = true };
        // ONNX Runtime stays silent by itself under CI, and puts its files where XDG says.
        foreach (var name in start.Environment.Keys.Where(k => !(k is "PATH" or "TMPDIR" or "LD_LIBRARY_PATH" || k.StartsWith("DOTNET_", StringComparison.Ordinal))).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["HOME"] = home;
        start.Environment["ORT_DISABLE_TELEMETRY"] = "0"; // the lab's own word counts
        using var process = Process.Start(start)!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        var threads = WatchNativeThreads(process);

        Assert.Equal(("", 0), (await error, process.ExitCode));
        Assert.Contains("on 1 of 1 images", await output);
        Assert.Equal(["home", "out"], Directory.EnumerateFileSystemEntries(folder.Path).Select(Path.GetFileName).Order());
        if (OperatingSystem.IsLinux()) { Assert.Equal(1, threads); }
    }

    /// <returns>Threads of the process's own name while ONNX Runtime was loaded, as most looks found them (a thread of .NET bears that name until it has its own); 0 where there was no look.</returns>
    static int WatchNativeThreads(Process process)
    {
        var (looks, proc) = (new List<int>(), $"/proc/{process.Id}");
        while (!process.WaitForExit(5))
        {
            if (!OperatingSystem.IsLinux()) { continue; }
            try
            {
                if (!File.ReadAllText($"{proc}/maps").Contains("libonnxruntime", StringComparison.Ordinal)) { continue; }
                var name = File.ReadAllText($"{proc}/comm");
                looks.Add(Directory.EnumerateDirectories($"{proc}/task").Count(t => File.ReadAllText($"{t}/comm") == name));
            }
            catch (IOException)
            {
                // a thread, or the process, ended while it was read
            }
        }

        process.WaitForExit();
        looks.Sort();
        return looks.Count == 0 ? 0 : looks[looks.Count / 2];
    }
}
