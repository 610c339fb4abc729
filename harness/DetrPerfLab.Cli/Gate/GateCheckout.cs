using System.IO.Compression;

namespace DetrPerfLab.Cli;

/// <summary>A checkout of this lab that a gate builds and runs: a folder of the user's, or a commit unpacked into the cache, where it stays built.</summary>
/// <param name="Commit">Null for a folder of the user's, which is built as it stands.</param>
sealed record GateCheckout(string Folder, string? Commit)
{
    const string Engines = "DetrPerfLab.Engines.dll";
    const long Small = 4 << 20; // bytes: larger files are libraries of others, which a copy links to

    internal static bool IsLab(string folder) => File.Exists(Path.Combine(folder, "DetrPerfLab.sln")) && Directory.Exists(Path.Combine(folder, "harness", "DetrPerfLab.Cli"));

    internal string ModelCache => Path.Combine(Folder, "models", "cache");

    internal string Identity => Commit is not null ? $"commit {Commit}" : $"folder {string.Join(' ', Directory.GetFiles(Binaries, "DetrPerfLab.*.dll").Order(StringComparer.Ordinal).Select(FileHash.Sha256))}";

    string Binaries => Path.Combine(Folder, "harness", "DetrPerfLab.Cli", "bin", "Release", "net10.0");

    /// <summary>The program of a unit; a copy lies beside the build, so that it finds the same models.</summary>
    internal string Program(bool copy) => Path.Combine(copy ? Binaries + "-copy" : Binaries, Engines);

    internal string Command => Path.Combine(Binaries, "detrlab.dll");

    /// <summary>The commit that a ref names, in this lab's repository; null where it names none.</summary>
    internal static GateCheckout? OfRef(string reference) =>
        reference.Length > 0 && reference[0] != '-' && Git("rev-parse", "--verify", "--quiet", $"{reference}^{{commit}}") is { Done: true } found && found.Text.Trim() is { Length: >= 12 } commit
            ? new(Path.Combine(GateOptions.Cache, $"build-{commit[..12]}"), commit) : null;

    /// <exception cref="LabException">It cannot be built: exit 2, with the compiler's first error.</exception>
    internal void Build(Action<string> say)
    {
        var done = Path.Combine(Folder, "built.txt");
        if (Commit is not null)
        {
            if (File.Exists(done) && File.Exists(Program(copy: false))) { return; }
            Unpack();
        }

        say($"building {(Commit is { } commit ? $"commit {commit[..12]}" : Folder)}");
        var built = DotnetBuild();
        if (built.ExitCode != 0)
        {
            var line = $"{built.Output}\n{built.Error}".Split('\n').FirstOrDefault(l => l.Contains("error", StringComparison.Ordinal))?.Trim() ?? $"dotnet build ended with {built.ExitCode}";
            throw LabError.BadInput($"{(Commit is { } c ? $"Commit {c[..12]}" : $"'{Folder}'")} cannot be built: {line}. Name one that builds; to see all of it: dotnet build {Path.Combine(Folder, "harness", "DetrPerfLab.Cli")} -c Release");
        }

        if (Commit is not null) { File.WriteAllText(done, $"{Commit}\n"); }
    }

    /// <summary>The lab's own files byte for byte; large libraries of others by a link, since half a gigabyte more would fill caches and disks.</summary>
    internal void CopyProgram()
    {
        var (from, to) = (Binaries, Binaries + "-copy");
        if (Directory.Exists(to)) { Directory.Delete(to, recursive: true); }
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            if (new FileInfo(file).Length <= Small) { File.Copy(file, target); }
            else { File.CreateSymbolicLink(target, file); }
        }
    }

    void Unpack()
    {
        if (Directory.Exists(Folder)) { Directory.Delete(Folder, recursive: true); } // an interrupted build's
        Directory.CreateDirectory(GateOptions.Cache);
        var archive = Folder + ".zip.partial";
        if (Git("archive", "--format=zip", "-o", archive, Commit!) is { Done: false } failed) { throw LabError.BadInput($"git archive of {Commit} failed: {failed.Complaint}"); }
        ZipFile.ExtractToDirectory(archive, Folder);
        File.Delete(archive);
        if (!IsLab(Folder)) { throw LabError.BadInput($"Commit {Commit![..12]} is no version of this lab: it has no DetrPerfLab.sln. Name another."); }
    }

    static GitAnswer Git(params string[] arguments) => GitProgram.Ask(LabPaths.Root, arguments) ?? throw LabError.Missing("'git' was not found, which knows the commits of the lab. Install it (apt-get install git), or name a model file or a folder.");

    ProgramAnswer DotnetBuild()
    {
        var build = EngineProgram.Dotnet(["build", Path.Combine("harness", "DetrPerfLab.Cli"), "-c", "Release", "--nologo", "-v", "quiet"]);
        build.WorkingDirectory = Folder;
        build.Environment["MSBUILDDISABLENODEREUSE"] = "1"; // servers that stay would take time from what is measured next
        build.Environment["UseSharedCompilation"] = "false";
        return ChildProgram.Run(build);
    }
}
