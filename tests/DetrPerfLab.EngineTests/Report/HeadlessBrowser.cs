using System.Diagnostics;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Report;

/// <summary>A real browser without a window; tests that need one are skipped with the reason where there is none.</summary>
static class HeadlessBrowser
{
    internal static string Find()
    {
        var browser = Environment.GetEnvironmentVariable("PATH")!.Split(Path.PathSeparator)
            .SelectMany(folder => (string[])[Path.Combine(folder, "chromium"), Path.Combine(folder, "google-chrome")])
            .FirstOrDefault(File.Exists);
        Assert.SkipUnless(browser is not null, "no Chromium here: apt-get install -y --no-install-recommends chromium");
        return browser;
    }

    /// <summary>The document after its scripts have run.</summary>
    /// <param name="more">Options besides.</param>
    internal static string Dump(string browser, TempFolder folder, Uri page, params string[] more)
    {
        string[] quiet =
        [
            "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
            "--disable-sync", "--window-size=1200,900", $"--user-data-dir={folder.File("profile")}", .. more, "--dump-dom", page.AbsoluteUri,
        ];
        using var process = Process.Start(new ProcessStartInfo(browser, quiet) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(TimeSpan.FromMinutes(2)))
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail("the browser did not finish within two minutes");
        }

        return output.Result.Length > 0 ? output.Result : errors.Result;
    }
}
