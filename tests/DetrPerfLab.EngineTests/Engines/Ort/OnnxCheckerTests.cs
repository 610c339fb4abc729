using System.Diagnostics;

namespace DetrPerfLab.EngineTests.Engines;

/// <summary>The format's own checker, from Debian's python3-onnx, has the last word on what we write.</summary>
public class OnnxCheckerTests(TinyDetr model) : IClassFixture<TinyDetr>
{
    const string Python = "/usr/bin/python3"; // Debian's: the package does not serve other interpreters

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void CheckModel_OurExport_Passes(bool mask)
    {
        Assert.SkipUnless(File.Exists(Python) && Run("import onnx") is null, "python3-onnx is not there: apt-get install python3-onnx, as .ci/run does");

        Assert.Null(Run($"import onnx; onnx.checker.check_model(r'{(mask ? model.WithMask : model.WithoutMask)}', full_check=True)"));
    }

    /// <returns>What went wrong, or null.</returns>
    static string? Run(string code)
    {
        using var process = Process.Start(new ProcessStartInfo(Python, ["-c", code]) { RedirectStandardError = true })!;
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? null : error;
    }
}
