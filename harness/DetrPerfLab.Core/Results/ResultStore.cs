using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace DetrPerfLab.Core;

/// <summary>What one machine measured: its results by suite, then in the order measured.</summary>
public sealed record ResultSet(MachineInfo Machine, IReadOnlyList<RunResult> Results);

/// <summary>The folder <c>results/</c>: <c>&lt;machine&gt;/machine.json</c>, <c>&lt;machine&gt;/&lt;suite&gt;.json</c>, a list of <see cref="RunResult"/>, and
/// <c>&lt;machine&gt;/accuracy.json</c>, a list of <see cref="AccuracyResult"/>. It is made when first written to. Beside each suite's file lies the same as a table, <c>&lt;suite&gt;.csv</c>.</summary>
/// <param name="speedUpOf">For the table: a result's speed-up among those of its file; null where none is known.</param>
public sealed class ResultStore(string root, Func<RunResult, IReadOnlyList<RunResult>, double?>? speedUpOf = null)
{
    const string MachineFile = "machine.json";
    const string AccuracyFile = "accuracy.json";
    const int WaitSeconds = 30;

    // Far above what suites write; a file beyond it is not ours.
    const long LargestFile = 256 << 20;

    /// <summary>The folder of a machine, for example <c>amd-epyc-2c-1f0a3b5c7d9e</c>: processor, cores and fingerprint, safe on every file system.</summary>
    public string FolderOf(MachineInfo machine)
    {
        var cpu = string.Join('-', new string([.. machine.CpuModel.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')])
            .Split(' ', StringSplitOptions.RemoveEmptyEntries));
        cpu = cpu.Length == 0 ? "cpu" : cpu[..Math.Min(cpu.Length, 40)].Trim('-');
        return Path.Combine(root, $"{cpu}-{machine.Cores}c-{machine.Fingerprint}");
    }

    /// <summary>Adds results to a suite's file and writes machine.json; a result takes the place of an earlier one with the same <see cref="RunResult.Id"/>. Returns the file's path.</summary>
    /// <exception cref="LabException">The earlier file is damaged or of a newer schema: it is left as it is.</exception>
    public string Merge(MachineInfo machine, string suite, params IEnumerable<RunResult> results)
    {
        if (suite is "machine" or "accuracy" || suite.Length == 0 || suite[0] == '.' || suite.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '_' or '-')))
        {
            throw LabError.OutOfRange(suite, "a name of letters, digits, '.', '_' and '-', neither machine nor accuracy");
        }

        return Merge(machine, $"{suite}.json", path => File.Exists(path) ? ReadSuite(path) : [], results, result => result.Id, keepsMachine: false, WriteTable);
    }

    /// <summary>Adds records of accuracy; one takes the place of an earlier one of the same artefact, variant, dataset and size. A machine.json that is there stays, since it may know more.</summary>
    /// <exception cref="LabException">The earlier file is damaged or of a newer schema: it is left as it is.</exception>
    public string MergeAccuracy(MachineInfo machine, params IEnumerable<AccuracyResult> accuracy)
    {
        var path = Merge(machine, AccuracyFile, _ => ReadAccuracy(FolderOf(machine)), accuracy, result => result.Key, keepsMachine: true, (_, _) => { });
        foreach (var suite in SuiteFiles(FolderOf(machine))) { Exclusively(suite, () => WriteTable(suite)); } // which tell the accuracy too
        return path;
    }

    void WriteTable(string path)
    {
        try { WriteTable(path, ReadSuite(path)); }
        catch (LabException) { /* Damaged: whoever reads it says so. */ }
    }

    void WriteTable(string path, IReadOnlyList<RunResult> results)
    {
        try
        {
            AtomicFile.WriteText(
                Path.ChangeExtension(path, ".csv"), ResultCsv.Of(AccuracyResult.Join(results, ReadAccuracy(Path.GetDirectoryName(path)!)), speedUpOf ?? ((_, _) => null)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LabException)
        {
            // A spreadsheet has it open, or the accuracy is damaged: the results are stored, and the next ones bring their table.
        }
    }

    string Merge<TKey, T>(
        MachineInfo machine, string file, Func<string, IReadOnlyList<T>> read, IEnumerable<T> added, Func<T, TKey> keyOf, bool keepsMachine, Action<string, IReadOnlyList<T>> after)
        where TKey : notnull
    {
        var (path, machinePath) = (Path.Combine(FolderOf(machine), file), Path.Combine(FolderOf(machine), MachineFile));
        Exclusively(path, () =>
        {
            var merged = new OrderedDictionary<TKey, T>();
            foreach (var result in read(path).Concat(added)) { merged[keyOf(result)] = result; }
            if (!keepsMachine || !File.Exists(machinePath)) { LabJson.Write(machinePath, machine); }
            LabJson.Write(path, merged.Values);
            after(path, [.. merged.Values]);
        });
        return path;
    }

    /// <summary>One writer of a file at a time, over all processes.</summary>
    static void Exclusively(string path, Action write)
    {
        using var mutex = new Mutex(false, $"Global\\detrlab-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Path.GetFullPath(path))))[..16]}");
        try
        {
            if (!mutex.WaitOne(TimeSpan.FromSeconds(WaitSeconds))) { throw LabError.ResultsBusy(path, WaitSeconds); }
        }
        catch (AbandonedMutexException)
        {
            // The earlier writer was killed; its file is whole, since it is renamed into place.
        }

        try
        {
            write();
        }
        finally
        {
            mutex.ReleaseMutex();
        }
    }

    /// <summary>Reads a machine's folder; results carry the accuracy of what they timed.</summary>
    /// <exception cref="LabException">There is no machine.json, or a file is damaged or of a newer schema.</exception>
    public static ResultSet Read(string folder) => new(ReadMachine(folder), AccuracyResult.Join(SuiteFiles(folder).SelectMany(ReadSuite), ReadAccuracy(folder)));

    /// <summary>The suites' files of a machine's folder, sorted: for a reader that goes on when one is damaged.</summary>
    public static IReadOnlyList<string> SuiteFiles(string folder) =>
        [.. Directory.EnumerateFiles(folder, "*.json").Where(IsSuiteFile).Order(StringComparer.Ordinal)];

    /// <summary>Whether a file of a machine's folder is that of a suite, by its name.</summary>
    public static bool IsSuiteFile(string path) =>
        Path.GetExtension(path) == ".json" && Path.GetFileName(path) is not (MachineFile or AccuracyFile);

    public static MachineInfo ReadMachine(string folder) => Parse<MachineInfo>(Path.Combine(folder, MachineFile));

    public static IReadOnlyList<RunResult> ReadSuite(string path) => Timed(path, Parse<RunResult[]>(path));

    /// <summary>The same of a file that lies elsewhere, as in an earlier commit.</summary>
    /// <param name="name">Named in messages.</param>
    public static IReadOnlyList<RunResult> ReadSuite(string name, byte[] json) => Timed(name, Parse<RunResult[]>(name, json));

    static RunResult[] Timed(string path, RunResult[] read)
    {
        RunResult[] results = [.. read.Select(Complete)];
        // JSON's 1e999 reads as infinity, from which no median is made.
        return Array.Find(results, result => result.SamplesMs.Any(s => s is not (> 0 and < double.PositiveInfinity))) is not { } wrong
            ? results
            : throw Damaged(path, $"result '{wrong.Id}' has a sample that is no time");
    }

    /// <summary>Fills in what earlier builds did not store but told in another way.</summary>
    internal static RunResult Complete(RunResult result) => result with
    {
        // The row was called "workstation again" or "7 first step again".
        Repeated = result.Repeated || result.Parameters.Values.Any(value => value.EndsWith(" again", StringComparison.Ordinal)),
        // Whether there were enough fresh inputs was left to the reader.
        Audit = result.Audit is { CachingExcluded: null } audit ? audit with { CachingExcluded = audit.FreshInputs >= AuditInfo.LeastFresh } : result.Audit,
    };

    public static IReadOnlyList<AccuracyResult> ReadAccuracy(string folder)
    {
        var path = Path.Combine(folder, AccuracyFile);
        return File.Exists(path) ? Parse<AccuracyResult[]>(path) : [];
    }

    static T Parse<T>(string path)
    {
        if (!File.Exists(path)) { throw LabError.FileNotFound(path, "Run a suite first: ./run-all.sh"); }
        return new FileInfo(path).Length > LargestFile ? throw TooLarge(path) : Parse<T>(path, File.ReadAllBytes(path));
    }

    static T Parse<T>(string path, byte[] json)
    {
        if (json.Length > LargestFile) { throw TooLarge(path); }
        try
        {
            using var document = JsonDocument.Parse(json, new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip });
            var root = document.RootElement;
            if (typeof(T).IsArray && root.ValueKind != JsonValueKind.Array) { throw Damaged(path, "it is no list"); }
            foreach (var entry in typeof(T).IsArray ? root.EnumerateArray() : Enumerable.Repeat(root, 1)) { RequireSchema(path, entry); }
            if (HoldsNull(root)) { throw Damaged(path, "a list or a parameter holds null"); }
            return document.Deserialize<T>(LabJson.Options)!;
        }
        catch (JsonException e)
        {
            throw Damaged(path, LabJson.ProblemOf(e), e);
        }
    }

    /// <summary>The serializer refuses null where a record promises a value, but not in a list or map of values.</summary>
    static bool HoldsNull(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Array => element.EnumerateArray().Any(e => e.ValueKind == JsonValueKind.Null || HoldsNull(e)),
        JsonValueKind.Object => element.EnumerateObject().Any(member => HoldsNull(member.Value)
            || (member.NameEquals("parameters") && member.Value.ValueKind == JsonValueKind.Object && member.Value.EnumerateObject().Any(p => p.Value.ValueKind == JsonValueKind.Null))),
        _ => false,
    };

    /// <summary>Before anything is read into a record: a newer file may use a known field in another way.</summary>
    static void RequireSchema(string path, JsonElement entry)
    {
        if (entry.ValueKind != JsonValueKind.Object || !entry.TryGetProperty("schema", out var schema)
            || schema.ValueKind != JsonValueKind.Number || !schema.TryGetInt32(out var version))
        {
            throw Damaged(path, "an entry has no schema number");
        }

        if (version is < 1 or > RunResult.CurrentSchema)
        {
            throw LabError.BadInput($"'{path}' has schema {version}, needed 1 to {RunResult.CurrentSchema}. It was written by another version of the lab: update, or measure again.");
        }
    }

    static LabException TooLarge(string path) => Damaged(path, $"it is larger than {LargestFile >> 20} MiB");

    static LabException Damaged(string path, string problem, Exception? inner = null) =>
        LabError.BadInput($"'{path}' is no result file: {problem.TrimEnd('.')}. Restore it, or delete it and measure again.", inner);
}
