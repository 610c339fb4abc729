using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace ScottPlot.Gnuplot;

/// <summary>Runs gnuplot: the script goes in by stdin and the picture comes out by stdout, so no shell and no path is involved.</summary>
static class GnuplotProcess
{
    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    /// <exception cref="DllNotFoundException">gnuplot is not installed; what the package throws where its native renderer is missing.</exception>
    internal static byte[] Run(string script)
    {
        var start = new ProcessStartInfo("gnuplot", ["--default-settings", "-"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardInputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false),
            UseShellExecute = false,
        };
        // The same picture for everyone: no decimal comma, no fonts or settings of the user.
        start.Environment["LC_ALL"] = "C.UTF-8";
        start.Environment.Remove("GNUTERM");
        start.Environment.Remove("GNUPLOT_LIB");

        using var process = Start(start);
        var output = new MemoryStream();
        var reading = process.StandardOutput.BaseStream.CopyToAsync(output);
        var errors = process.StandardError.ReadToEndAsync();
        try
        {
            process.StandardInput.Write(script);
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // gnuplot gave up early; its exit code and stderr below say why.
        }

        if (!process.WaitForExit(s_limit))
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"gnuplot did not finish within {s_limit.TotalSeconds:0} s.");
        }

        reading.Wait();
        if (process.ExitCode != 0 || output.Length == 0)
        {
            throw new InvalidOperationException($"gnuplot failed ({process.ExitCode}): {errors.Result.Trim()}");
        }

        return output.ToArray();
    }

    static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception e)
        {
            throw new DllNotFoundException(
                "'gnuplot' was not found, needed to draw charts. Install it: apt-get install -y --no-install-recommends gnuplot-nox fonts-dejavu-core", e);
        }
    }
}
