using System.CommandLine;
using System.Net;

namespace DetrPerfLab.Cli;

/// <summary><c>detrlab serve --model NAME|FILE|deploy/ [--port 8080]</c></summary>
static class ServeCommand
{
    const string TokenVariable = "DETRLAB_TOKEN";

    /// <summary>The longest that a stop may take, which is asked for by <c>--drain</c>.</summary>
    internal static readonly TimeSpan LongestDrain = TimeSpan.FromMinutes(10);

    internal static Command Create()
    {
        var serving = new ServingArguments();
        var port = new Option<int>("--port") { Description = "Port to listen on; 0: any that is free.", DefaultValueFactory = _ => 8080 }.Within(0, 65535);
        var host = new Option<string>("--host") { Description = "Address to listen on: 0.0.0.0 for all of this machine's.", DefaultValueFactory = _ => "127.0.0.1" };
        var token = new Option<string?>("--token-file") { Description = $"File with the token that changes of the model need; {TokenVariable} serves as well. Without one nobody may change it over the network." };
        var noWatch = new Option<bool>("--no-watch") { Description = "Do not take over the model's file when it changes." };
        var drain = Duration.Option("--drain", "How long a stop waits for answers under way.", TimeSpan.FromSeconds(30), LongestDrain);
        var command = new Command("serve", "Serves a detector over HTTP: pictures in, detections out; the model can be changed while it runs.").With([.. serving.All, port, host, token, noWatch, drain]);
        command.SetAction(async (parsed, stop) =>
        {
            var address = IPAddress.TryParse(parsed.GetValue(host), out var found) ? found : throw LabError.OutOfRange(parsed.GetValue(host), "an address such as 127.0.0.1, 0.0.0.0 or ::", "--host");
            var secret = TokenOf(parsed.GetValue(token));
            void Say(string line) => parsed.InvocationConfiguration.Error.WriteLine($"detrlab: {line}");
            Say("loading and checking the model …");
            await using var server = serving.Open(parsed, stop);
            var file = !parsed.GetValue(noWatch) && File.Exists(server.Version.Source) ? server.Version.Source : null;
            await using var front = await ServingHost.StartAsync(server, new(address, parsed.GetValue(port), secret, file) { Say = Say });
            parsed.InvocationConfiguration.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"Serving {server.Version.Name} on {front.Url} (sha256 {server.Version.Sha256[..12]}…, ready in {server.Version.LoadMs / 1000:F1} s). Ctrl+C stops."));
            parsed.InvocationConfiguration.Output.Flush();
            try { await Task.Delay(Timeout.InfiniteTimeSpan, stop); }
            catch (OperationCanceledException)
            {
                // Ctrl+C, or the end that a supervisor asks for: the one way in which serving ends well.
            }

            Say("stopping: what was taken on is answered …");
            if (await front.StopAsync(parsed.GetValue(drain).Time)) { return (int)ExitCode.Done; }
            Say($"not all was answered within {parsed.GetValue(drain).Time.TotalSeconds:0.#} s (--drain)");
            return (int)ExitCode.CheckFailed;
        });
        return command;
    }

    static string? TokenOf(string? file)
    {
        var token = (file is null ? Environment.GetEnvironmentVariable(TokenVariable) : InputFile.ReadText(file))?.Trim();
        if (file is null && string.IsNullOrEmpty(token)) { return null; }
        return token is { Length: >= 8 } ? token : throw LabError.OutOfRange($"of {token?.Length ?? 0} letters", "of 8 letters or more, so that it cannot be tried out", file is null ? TokenVariable : "--token-file");
    }
}
