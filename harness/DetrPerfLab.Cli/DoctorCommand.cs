using System.CommandLine;
using System.Text.Json;
using DetrPerfLab.Core;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab doctor [--json]</c>: what this machine is and has.</summary>
static class DoctorCommand
{
    internal static Command Create()
    {
        var json = new Option<bool>("--json") { Description = "Print JSON instead of text." };
        var command = new Command("doctor", "Shows the machine, what each package really is, which models are at hand and what is missing.") { json };
        command.SetAction(parsed =>
        {
            var output = parsed.InvocationConfiguration.Output;
            var facts = new Dictionary<string, string> { ["cores"] = Environment.ProcessorCount.ToString() };
            output.WriteLine(parsed.GetValue(json) ? JsonSerializer.Serialize(facts, LabJson.Options) : $"cores: {facts["cores"]}");
            return (int)ExitCode.Done;
        });
        return command;
    }
}
