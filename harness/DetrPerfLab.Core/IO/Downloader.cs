using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace DetrPerfLab.Core;

/// <summary>A file to fetch: the target appears only when all bytes are there and their sha256 begins with these hex digits, lower case; none where its publisher gives none.</summary>
public sealed record DownloadRequest(Uri Url, string Target, string Sha256Head, long MaxBytes)
{
    /// <summary>What else a user may do, for messages.</summary>
    public string OrElse { get; init; } = "";
}

/// <summary>After how much silence a connection is given up, how many are tried in all, and the first pause between two, which doubles.</summary>
public sealed record DownloadOptions
{
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);
    public int Attempts { get; init; } = 4;
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>Fetches one file: resumes where an earlier run was cut off, checks size and hash, and leaves the target whole or absent.</summary>
/// <remarks>What has come lies in <c>TARGET.partial</c>, with the server's validator beside it: a resumed download asks with If-Range (RFC 9110, section
/// 13.1.5), so that halves of two different files are never joined. By hand: HttpClient does not resume, and retry packages repeat the whole request instead of
/// asking for the rest.</remarks>
public sealed partial class Downloader
{
    const int BufferBytes = 1 << 16;

    // No limit on the whole time: a slow line is fine, only silence is not.
    static readonly HttpClient s_client = new() { Timeout = Timeout.InfiniteTimeSpan };

    readonly DownloadRequest _request;
    readonly FileStream _partial;
    readonly string _validatorPath;

    Downloader(DownloadRequest request, string partialPath, string validatorPath)
    {
        (_request, _validatorPath) = (request, validatorPath);
        try
        {
            _partial = new FileStream(partialPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            throw LabError.Missing($"'{partialPath}' cannot be written: {mistake.Message.TrimEnd('.')}. Wait for the other download to end, or make room.", mistake);
        }
    }

    /// <summary>Progress is bytes done and bytes in all (0 when the server does not say); what has come before a cancellation is kept for the next run.</summary>
    public static async Task FetchAsync(
        DownloadRequest request, DownloadOptions? options = null, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new DownloadOptions();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Target))!);
        var (partial, validator) = (request.Target + ".partial", request.Target + ".validator.partial");
        var delay = options.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var connection = new Downloader(request, partial, validator);
                await using var owned = connection._partial;
                await connection.TransferAsync(options.StallTimeout, progress, cancellation);
                break;
            }
            catch (Exception mistake) when (mistake is HttpRequestException or IOException && !cancellation.IsCancellationRequested)
            {
                if (attempt >= options.Attempts)
                {
                    var done = File.Exists(partial) ? new FileInfo(partial).Length : 0;
                    throw LabError.Missing(
                        $"Download of {request.Url} failed after {done} bytes: {mistake.Message.TrimEnd('.')}. Run the command again, it goes on from there.{OrElse(request)}", mistake);
                }
            }

            await Task.Delay(delay, cancellation);
            delay *= 2;
        }

        var hash = FileHash.Sha256(partial);
        var tag = File.Exists(validator) ? File.ReadAllText(validator) : "";
        File.Delete(validator);
        // Object stores give the md5 of a file as its tag.
        if (request.Sha256Head.Length == 0 && Md5Tag().Match(tag) is { Success: true } md5 && md5.Groups[1].Value != Md5(partial))
        {
            File.Delete(partial);
            throw LabError.BadInput($"Download of {request.Url} has other bytes than the server says (md5 {md5.Groups[1].Value}); they were deleted. Run the command again.{OrElse(request)}");
        }

        if (!hash.StartsWith(request.Sha256Head, StringComparison.Ordinal))
        {
            File.Delete(partial);
            throw LabError.BadInput($"Download of {request.Url} has sha256 {hash}, needed one that begins with {request.Sha256Head}; the bytes were deleted. Run the command again.{OrElse(request)}");
        }

        File.Move(partial, request.Target, overwrite: true);
    }

    static string OrElse(DownloadRequest request) => request.OrElse.Length == 0 ? "" : " " + request.OrElse;

    static string Md5(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(MD5.HashData(stream));
    }

    [GeneratedRegex("^\"([0-9a-f]{32})\"$")]
    private static partial Regex Md5Tag();

    /// <summary>One connection: appends to the partial file what it still lacks.</summary>
    async Task TransferAsync(TimeSpan stallTimeout, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            var validator = File.Exists(_validatorPath) ? await File.ReadAllTextAsync(_validatorPath, cancellation) : "";
            if (validator == "") { _partial.SetLength(0); } // bytes of an unknown version cannot be continued
            stall.CancelAfter(stallTimeout);
            using var message = new HttpRequestMessage(HttpMethod.Get, _request.Url);
            if (_partial.Length > 0)
            {
                message.Headers.Range = new(_partial.Length, null);
                message.Headers.TryAddWithoutValidation("If-Range", validator);
            }

            using var response = await s_client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, stall.Token);
            if (!Accept(response)) { return; }
            var total = response.Content.Headers.ContentLength is { } rest ? _partial.Length + rest : 0;
            if (total > _request.MaxBytes) { throw TooLarge(total); }

            await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
            var buffer = new byte[BufferBytes];
            while (true)
            {
                stall.CancelAfter(stallTimeout);
                var read = await body.ReadAsync(buffer, stall.Token);
                if (read == 0) { return; }
                if (_partial.Length + read > _request.MaxBytes) { throw TooLarge(_partial.Length + read); }
                await _partial.WriteAsync(buffer.AsMemory(0, read), cancellation);
                progress?.Invoke(_partial.Length, total);
            }
        }
        catch (OperationCanceledException mistake) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"no byte came for {stallTimeout.TotalSeconds:0.###} s", mistake);
        }
    }

    /// <summary>Makes the partial file end where the answer begins, and keeps what a later run needs to ask for the rest.</summary>
    /// <returns>False where nothing is left to fetch: an earlier run got everything and was killed before the check.</returns>
    bool Accept(HttpResponseMessage response)
    {
        var (status, have, range) = (response.StatusCode, _partial.Length, response.Content.Headers.ContentRange);
        if (status == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            if (have > 0 && range?.Length == have) { return false; }
            Restart();
            throw new IOException("the server has fewer bytes than came before");
        }

        if (!response.IsSuccessStatusCode)
        {
            throw (int)status >= 500 || status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
                ? new HttpRequestException($"HTTP status {(int)status} ({response.ReasonPhrase})")
                : LabError.Missing($"Download of {_request.Url} was refused with HTTP status {(int)status} ({response.ReasonPhrase}). Needed 200 or 206.{OrElse(_request)}");
        }

        if (status != HttpStatusCode.PartialContent) { Restart(); } // the server ignores ranges, or the file changed
        else if (range?.From != have)
        {
            Restart();
            throw new IOException($"the server sent bytes from {range?.From}, asked from {have}");
        }

        _partial.Position = _partial.Length;
        // A weak validator does not promise equal bytes.
        var validator = response.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : response.Content.Headers.LastModified?.ToString("R");
        if (validator is not null) { File.WriteAllText(_validatorPath, validator); }
        return true;
    }

    LabException TooLarge(long found)
    {
        Restart();
        return LabError.BadInput($"Download of {_request.Url} was stopped: the server offers {found} bytes or more, the limit is {_request.MaxBytes}. "
            + "This is not the file it should be; try another network.");
    }

    void Restart()
    {
        _partial.SetLength(0);
        File.Delete(_validatorPath);
    }
}
