using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using DetrPerfLab.Tests;

namespace DetrPerfLab.EngineTests.Cli;

/// <summary>A real Slurm on this machine: a controller and two nodes, each a daemon with a port of its own. Everything that it starts, it ends.</summary>
sealed class SlurmCluster : IDisposable
{
    const string Controller = "/usr/sbin/slurmctld", Node = "/usr/sbin/slurmd", Munge = "/usr/sbin/munged";

    readonly TempFolder _folder = new();
    readonly Dictionary<string, Process> _daemons = [];
    readonly string? _before = Environment.GetEnvironmentVariable("SLURM_CONF");

    internal SlurmCluster()
    {
        try { StartAll(); }
        catch
        {
            Dispose();
            throw;
        }
    }

    void StartAll()
    {
        WriteConfiguration();
        Environment.SetEnvironmentVariable("SLURM_CONF", Conf); // of sbatch and squeue
        Start("munge", Munge, "--foreground", "--force", $"--key-file={_folder.File("munge.key")}", $"--socket={Socket}", $"--pid-file={_folder.File("munge.pid")}", $"--log-file={_folder.File("munge.log")}", $"--seed-file={_folder.File("munge.seed")}");
        Until("munge answers", () => File.Exists(Socket));
        Start("controller", Controller, "-D", "-f", Conf);
        foreach (var node in Nodes) { StartNode(node); }
        Until("both nodes are idle", () => Ask("sinfo", "--noheader", "--Node", "--format=%N %t").Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Count(line => line.EndsWith(" idle", StringComparison.Ordinal)) == Nodes.Count);
    }

    internal static IReadOnlyList<string> Nodes { get; } = ["lab1", "lab2"];

    internal static string? Lack => Array.Find([Controller, Node, Munge], program => !File.Exists(program)) is { } missing ? $"'{missing}' is not installed (Debian: slurmctld slurmd slurm-client munge)" : null;

    string Conf => _folder.File("slurm.conf");

    string Socket => _folder.File("munge.socket");

    internal void StartNode(string node) => Start(node, Node, "-D", "-N", node, "-f", Conf);

    internal void Kill(string daemon)
    {
        if (!_daemons.Remove(daemon, out var process)) { return; }
        process.Kill(entireProcessTree: false);
        process.WaitForExit();
        process.Dispose();
    }

    /// <summary>Processes, but for this one, whose command line holds a text; of one node's tasks alone where it is named.</summary>
    internal static IReadOnlyList<(Process Process, string Command)> RunningWith(string text, string? node = null) =>
    [
        .. Directory.GetDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), out var pid) ? pid : 0)
            .Where(pid => pid > 0 && pid != Environment.ProcessId && Read(pid, "cmdline").Contains(text, StringComparison.Ordinal) && (node is null || Read(pid, "environ").Contains($"SLURMD_NODENAME={node} ", StringComparison.Ordinal)))
            .Select(pid => (Process: Of(pid)!, Command: Read(pid, "cmdline"))).Where(p => p.Process is not null),
    ];

    static string Read(int pid, string file)
    {
        try { return File.ReadAllText($"/proc/{pid}/{file}").Replace('\0', ' '); }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException) { return ""; } // it has ended
    }

    static Process? Of(int pid)
    {
        try { return Process.GetProcessById(pid); }
        catch (ArgumentException) { return null; } // it has ended
    }

    internal static string Ask(string program, params string[] words) => ChildProgram.Run(new ProcessStartInfo(program, words)).Output;

    internal void Until(string what, Func<bool> isSo, int seconds = 60)
    {
        var watch = Stopwatch.StartNew();
        while (!isSo())
        {
            if (watch.Elapsed.TotalSeconds > seconds) { Assert.Fail($"Not so after {seconds} s: {what}. {string.Join('\n', Directory.GetFiles(_folder.Path, "*.log").Select(log => $"{Path.GetFileName(log)}: {string.Join('\n', File.ReadAllLines(log).TakeLast(15))}"))}"); }
            Thread.Sleep(200);
        }
    }

    public void Dispose()
    {
        try
        {
            foreach (var daemon in _daemons.Keys.Reverse().ToList()) { Kill(daemon); }
            // What a node started lives on without it.
            foreach (var (step, _) in RunningWith(_folder.Path)) { step.Kill(entireProcessTree: true); }
        }
        finally
        {
            Environment.SetEnvironmentVariable("SLURM_CONF", _before);
            _folder.Dispose();
        }
    }

    void Start(string name, string program, params string[] words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardError = true, RedirectStandardOutput = true };
        var process = Process.Start(start)!;
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _daemons[name] = process;
    }

    void WriteConfiguration()
    {
        var (host, user) = (Dns.GetHostName(), Environment.UserName);
        var ports = Ports(3);
        foreach (var folder in (string[])["state", .. Nodes.Select(n => $"spool-{n}")]) { Directory.CreateDirectory(_folder.File(folder)); }
        File.WriteAllBytes(_folder.File("munge.key"), RandomNumberGenerator.GetBytes(128));
        if (!OperatingSystem.IsWindows()) { File.SetUnixFileMode(_folder.File("munge.key"), UnixFileMode.UserRead | UnixFileMode.UserWrite); }
        File.WriteAllText(Conf, $"""
            ClusterName=lab
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={ports[0]}
            SlurmUser={user}
            SlurmdUser={user}
            AuthType=auth/munge
            AuthInfo=socket={Socket}
            CredType=cred/munge
            StateSaveLocation={_folder.File("state")}
            SlurmdSpoolDir={_folder.Path}/spool-%n
            SlurmctldPidFile={_folder.File("controller.pid")}
            SlurmdPidFile={_folder.Path}/%n.pid
            SlurmctldLogFile={_folder.File("controller.log")}
            SlurmdLogFile={_folder.Path}/%n.log
            ProctrackType=proctrack/pgid
            TaskPlugin=task/none
            SwitchType=switch/none
            MpiDefault=none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_Core
            SchedulerParameters=batch_sched_delay=1
            JobRequeue=1
            ReturnToService=2
            SlurmdTimeout=8
            SlurmctldTimeout=30
            MinJobAge=300
            {string.Join('\n', Nodes.Select((node, i) => $"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={ports[i + 1]} CPUs=1"))}
            PartitionName=all Nodes={string.Join(',', Nodes)} Default=YES MaxTime=INFINITE State=UP

            """);
    }

    static int[] Ports(int count)
    {
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        int[] ports = [.. listeners.Select(l => ((IPEndPoint)l.LocalEndpoint).Port)];
        listeners.ForEach(l => l.Stop());
        return ports;
    }
}
