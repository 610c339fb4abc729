using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Serving;

/// <summary><c>detrlab serve</c> in a process of its own, as users run it.</summary>
sealed class ServedProcess : IDisposable
{
    const string Token = "a token of tests";

    readonly Process _process;

    ServedProcess(Process process, string url, double readyMs) => (_process, Url, ReadyMs, Client) = (process, url, readyMs, new HttpClient { BaseAddress = new(url), Timeout = Timeout.InfiniteTimeSpan });

    internal string Url { get; }

    /// <summary>From the start of the process until it listens.</summary>
    internal double ReadyMs { get; }
    internal HttpClient Client { get; }

    internal static ServedProcess Start(params string[] options)
    {
        var program = Path.Combine(TestPaths.RepoRoot, "harness", "DetrPerfLab.Cli", "bin", "Release", "net10.0", "detrlab.dll");
        var start = Stopwatch.GetTimestamp();
        var process = Process.Start(new ProcessStartInfo("dotnet", [program, "serve", "--port", "0", .. options])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["DETRLAB_TOKEN"] = Token },
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var line = process.StandardOutput.ReadLine() ?? throw new InvalidOperationException(error.Result);
        return new(process, line.Split(" on ")[1].Split(' ')[0], Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    internal async Task<(int Status, JsonElement Body)> ChangeAsync(string path)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/models") { Content = JsonContent.Create(new { path }), Headers = { Authorization = new AuthenticationHeaderValue("Bearer", Token) } };
        using var answer = await Client.SendAsync(request);
        return ((int)answer.StatusCode, JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement);
    }

    internal async Task<ServingStats> StatsAsync() => (await Client.GetFromJsonAsync<ServingStats>("/stats", LabJson.Options))!;

    internal void Kill() // as kill -9 does
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        Client.Dispose();
        if (!_process.HasExited) { Kill(); }
        _process.Dispose();
    }
}
