using System.Security.Cryptography;
using Answer = System.Func<DetrPerfLab.Tests.BrokenServer.Connection, System.Threading.Tasks.Task>;

namespace DetrPerfLab.Tests.Core;

/// <summary>Downloads from a server that misbehaves. The target must end up whole or absent, and the message must say why.</summary>
public sealed class DownloaderTests : IDisposable
{
    static readonly byte[] s_file = MakeFile();
    static readonly string s_hash = Convert.ToHexStringLower(SHA256.HashData(s_file));

    /// <summary>Waits longer than a busy test machine can hold up a connection that is not meant to stall.</summary>
    static readonly DownloadOptions s_patient = new() { StallTimeout = TimeSpan.FromMinutes(1), Attempts = 3, RetryDelay = TimeSpan.FromMilliseconds(1) };

    static readonly DownloadOptions s_impatient = s_patient with { StallTimeout = TimeSpan.FromSeconds(0.5) };

    readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    string Target => _folder.File("cache/weights.pth");

    string Partial => Target + ".partial";

    [Fact]
    public async Task Fetch_GoodServer_WritesTheFileAndReportsProgress()
    {
        using var server = new BrokenServer(Whole());
        var reports = new List<(long Done, long Of)>();
        await Downloader.FetchAsync(Request(server), s_patient, (done, of) => reports.Add((done, of)));
        AssertDone();
        Assert.Equal((s_file.Length, s_file.Length), reports[^1]);
        Assert.Equal(reports.OrderBy(r => r.Done), reports);
    }

    [Fact]
    public async Task Fetch_ConnectionsCutOff_GoesOnWhereEachEnded()
    {
        using var server = new BrokenServer(Cut(10_000), Cut(20_000), Whole());
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
        Assert.Equal(3, server.Requests.Count);
        Assert.Contains("Range: bytes=10000-", server.Requests[1]);
        Assert.Contains("If-Range: \"v1\"", server.Requests[1]);
        Assert.Contains("Range: bytes=30000-", server.Requests[2]);
    }

    [Fact]
    public async Task Fetch_SecondRun_GoesOnWhereTheFirstFailed()
    {
        using (var server = new BrokenServer(Cut(10_000), Cut(10), Cut(10)))
        {
            var mistake = await Assert.ThrowsAsync<LabException>(() => Downloader.FetchAsync(Request(server), s_patient));
            Assert.Equal(ExitCode.Missing, mistake.ExitCode);
            Assert.Contains("failed after 10020 bytes", mistake.Message);
            Assert.False(File.Exists(Target));
        }

        using var again = new BrokenServer(Whole());
        await Downloader.FetchAsync(Request(again), s_patient);
        AssertDone();
        Assert.Contains("Range: bytes=10020-", again.Requests[0]);
    }

    [Fact]
    public async Task Fetch_StalledServer_IsGivenUpAndResumed()
    {
        using var server = new BrokenServer(
            async c =>
            {
                await c.Send(Headers(s_file.Length), s_file.AsMemory(0, 5000));
                await c.Stall();
            },
            Whole());
        await Downloader.FetchAsync(Request(server), s_impatient with { Attempts = 20 });
        AssertDone();
        Assert.True(server.Requests.Count > 1);
    }

    [Fact]
    public async Task Fetch_SilentServer_IsGivenUp()
    {
        using var server = new BrokenServer(c => c.Stall());
        await Refused(server, ExitCode.Missing, "no byte came for 0.5 s", s_impatient);
    }

    [Fact]
    public async Task Fetch_ServerWithoutRanges_StartsAgain()
    {
        using var server = new BrokenServer(Cut(10_000), c => c.Send(Headers(s_file.Length), s_file));
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
    }

    [Fact]
    public async Task Fetch_ServerWithoutValidator_IsNotContinued()
    {
        using var server = new BrokenServer(c => c.Send($"200 OK\r\nContent-Length: {s_file.Length}", s_file.AsMemory(0, 9)), Whole());
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
        Assert.DoesNotContain("Range", server.Requests[1]);
    }

    [Fact]
    public async Task Fetch_AnotherRangeThanAsked_StartsAgain()
    {
        using var server = new BrokenServer(
            Cut(10_000), c => c.Send($"206 Partial Content\r\nContent-Range: bytes 5-{s_file.Length - 1}/{s_file.Length}\r\nContent-Length: {s_file.Length - 5}", s_file.AsMemory(5)), Whole());
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
        Assert.DoesNotContain("Range", server.Requests[2]);
    }

    [Fact]
    public async Task Fetch_AllBytesCameBeforeAKill_OnlyChecksThem()
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Target)!);
        File.WriteAllBytes(Partial, s_file);
        File.WriteAllText(Target + ".validator.partial", "\"v1\"");
        using var server = new BrokenServer(c => c.Send($"416 Range Not Satisfiable\r\nContent-Range: bytes */{s_file.Length}\r\nContent-Length: 0", default));
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
    }

    [Fact]
    public async Task Fetch_WrongBytes_AreDeleted()
    {
        using var server = new BrokenServer(c => c.Send(Headers(100), new byte[100]));
        await Refused(server, ExitCode.BadInput, $"needed one that begins with {s_hash[..8]}");
        Assert.False(File.Exists(Partial));
    }

    [Fact]
    public async Task Fetch_LengthTooSmall_FailsTheHash()
    {
        using var server = new BrokenServer(c => c.Send(Headers(1000), s_file));
        await Refused(server, ExitCode.BadInput, "has sha256");
    }

    [Fact]
    public async Task Fetch_LengthTooLarge_IsACutConnection()
    {
        using var server = new BrokenServer(c => c.Send(Headers(s_file.Length + 1), s_file), c => c.Send("416 No\r\nContent-Length: 0", default), Whole());
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Fetch_MoreThanTheLimit_IsStopped(bool saysSo)
    {
        // Without a length the body ends with the connection: such a server could send for ever.
        using var server = new BrokenServer(c => c.Send(saysSo ? Headers(200_001) : "200 OK", new byte[200_001]));
        await Refused(server, ExitCode.BadInput, "the limit is 200000");
        Assert.Equal(0, new FileInfo(Partial).Length);
    }

    [Fact]
    public async Task Fetch_NotFound_IsNotTriedAgain()
    {
        using var server = new BrokenServer(c => c.Send("404 Not Found\r\nContent-Length: 0", default));
        await Refused(server, ExitCode.Missing, "HTTP status 404");
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task Fetch_ServerError_IsTriedAgain()
    {
        using var server = new BrokenServer(c => c.Send("503 Busy\r\nContent-Length: 0", default), Whole());
        await Downloader.FetchAsync(Request(server), s_patient);
        AssertDone();
    }

    [Fact]
    public async Task Fetch_NobodyListens_SaysSo()
    {
        Uri url;
        using (var server = new BrokenServer(Whole())) { url = server.Url; }
        var mistake = await Assert.ThrowsAsync<LabException>(() => Downloader.FetchAsync(new(url, Target, s_hash[..8], 200_000) { OrElse = "detrlab models import FILE" }, s_patient));
        Assert.Equal(ExitCode.Missing, mistake.ExitCode);
        Assert.Contains("detrlab models import FILE", mistake.Message);
    }

    [Fact]
    public async Task Fetch_Cancelled_KeepsWhatCame()
    {
        using var cancel = new CancellationTokenSource();
        using var server = new BrokenServer(async c =>
        {
            await c.Send(Headers(s_file.Length), s_file.AsMemory(0, 5000));
            await c.Stall();
        });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            Downloader.FetchAsync(Request(server), s_patient, (done, _) => CancelAt(done), cancel.Token));
        Assert.Equal(s_file[..5000], File.ReadAllBytes(Partial));

        void CancelAt(long done)
        {
            if (done == 5000) { cancel.Cancel(); }
        }
    }

    DownloadRequest Request(BrokenServer server) => new(server.Url, Target, s_hash[..8], 200_000) { OrElse = "detrlab models import FILE" };

    async Task Refused(BrokenServer server, ExitCode exitCode, string expected, DownloadOptions? options = null)
    {
        var mistake = await Assert.ThrowsAsync<LabException>(() => Downloader.FetchAsync(Request(server), options ?? s_patient));
        Assert.Equal(exitCode, mistake.ExitCode);
        Assert.Contains(expected, mistake.Message);
        Assert.False(File.Exists(Target));
    }

    void AssertDone()
    {
        Assert.Equal(s_file, File.ReadAllBytes(Target));
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Target)!));
    }

    static string Headers(int length) => $"200 OK\r\nETag: \"v1\"\r\nContent-Length: {length}";

    static Answer Whole() => Cut(int.MaxValue);

    /// <summary>Promises the rest of the file and sends at most so many bytes of it.</summary>
    static Answer Cut(int bytes) => c =>
    {
        var rest = s_file.AsMemory(c.RangeStart);
        var headers = c.RangeStart == 0
            ? Headers(s_file.Length)
            : $"206 Partial Content\r\nETag: \"v1\"\r\nContent-Range: bytes {c.RangeStart}-{s_file.Length - 1}/{s_file.Length}\r\nContent-Length: {rest.Length}";
        return c.Send(headers, rest[..Math.Min(bytes, rest.Length)]);
    };

    static byte[] MakeFile()
    {
        var bytes = new byte[150_000];
        new Random(1).NextBytes(bytes);
        return bytes;
    }
}
