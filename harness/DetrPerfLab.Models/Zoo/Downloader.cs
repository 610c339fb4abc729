using System.Net;

namespace DetrPerfLab.Models;

/// <summary>A file to fetch and how it is known to be the right one.</summary>
/// <param name="Url">Where it is.</param>
/// <param name="Target">Where it goes; appears only when all bytes are there and have the right hash.</param>
/// <param name="Sha256Head">The first hex digits of its sha256, lower case.</param>
/// <param name="MaxBytes">More than this is not accepted.</param>
public sealed record DownloadRequest(Uri Url, string Target, string Sha256Head, long MaxBytes);

/// <summary>How patient a download is.</summary>
public sealed record DownloadOptions
{
    /// <summary>A connection that is silent for so long is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Connections tried in all; each goes on where the last one ended.</summary>
    public int Attempts { get; init; } = 4;

    /// <summary>Pause before the second attempt; it doubles from one to the next.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>Fetches one file: resumes where an earlier run was cut off, checks size and hash, and leaves the target whole or absent.</summary>
/// <remarks>
/// What has come lies in <c>TARGET.partial</c>, with the server's validator beside it: a resumed download asks with If-Range (RFC 9110,
/// section 13.1.5), so that halves of two different files are never joined.
/// By hand: HttpClient does not resume, and retry packages repeat the whole request instead of asking for the rest.
/// </remarks>
public static class Downloader
{
    const int BufferBytes = 1 << 16;
    const string OrImport = "Or copy the file from a machine that has it: detrlab models import FILE";

    // No limit on the whole time: a slow line is fine, only silence is not.
    static readonly HttpClient s_client = new() { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>Fetches a file.</summary>
    /// <param name="request">What and where to.</param>
    /// <param name="options">Patience; null for the defaults.</param>
    /// <param name="progress">Takes bytes done and bytes in all (0 when the server does not say).</param>
    /// <param name="cancellation">Ends the download; what has come is kept for the next run.</param>
    /// <exception cref="LabException">The network failed, or what came is not the file.</exception>
    public static async Task FetchAsync(
        DownloadRequest request, DownloadOptions? options = null, Action<long, long>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new DownloadOptions();
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(request.Target))!);
        var partial = request.Target + ".partial";
        var validator = request.Target + ".validator.partial";
        var delay = options.RetryDelay;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await TransferAsync(request, partial, validator, options.StallTimeout, progress, cancellation);
                break;
            }
            catch (Exception mistake) when (mistake is HttpRequestException or IOException && !cancellation.IsCancellationRequested)
            {
                if (attempt >= options.Attempts)
                {
                    var done = File.Exists(partial) ? new FileInfo(partial).Length : 0;
                    throw LabError.Missing(
                        $"Download of {request.Url} failed after {done} bytes: {mistake.Message.TrimEnd('.')}. Run the command again, it goes on from there. {OrImport}", mistake);
                }
            }

            await Task.Delay(delay, cancellation);
            delay *= 2;
        }

        var hash = FileHash.Sha256(partial);
        File.Delete(validator);
        if (!hash.StartsWith(request.Sha256Head, StringComparison.Ordinal))
        {
            File.Delete(partial);
            throw LabError.BadInput($"Download of {request.Url} has sha256 {hash}, needed one that begins with {request.Sha256Head}; the bytes were deleted. Run the command again. {OrImport}");
        }

        File.Move(partial, request.Target, overwrite: true);
    }

    /// <summary>One connection: appends to the partial file what it still lacks.</summary>
    static async Task TransferAsync(
        DownloadRequest request, string partialPath, string validatorPath, TimeSpan stallTimeout, Action<long, long>? progress, CancellationToken cancellation)
    {
        using var stall = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        try
        {
            await using var partial = Open(partialPath);
            var validator = File.Exists(validatorPath) ? await File.ReadAllTextAsync(validatorPath, cancellation) : "";
            if (validator == "") { partial.SetLength(0); } // bytes of an unknown version cannot be continued
            stall.CancelAfter(stallTimeout);
            using var response = await SendAsync(request.Url, partial.Length, validator, stall.Token);
            if (IsComplete(response, partial.Length)) { return; }
            if (!response.IsSuccessStatusCode) { throw Refused(request.Url, response, partial, validatorPath); }

            Prepare(response, partial, validatorPath);
            var total = response.Content.Headers.ContentLength is { } rest ? partial.Length + rest : 0;
            if (total > request.MaxBytes) { throw TooLarge(request, total, partial, validatorPath); }

            await using var body = await response.Content.ReadAsStreamAsync(stall.Token);
            var buffer = new byte[BufferBytes];
            while (true)
            {
                stall.CancelAfter(stallTimeout);
                var read = await body.ReadAsync(buffer, stall.Token);
                if (read == 0) { return; }
                if (partial.Length + read > request.MaxBytes) { throw TooLarge(request, partial.Length + read, partial, validatorPath); }
                await partial.WriteAsync(buffer.AsMemory(0, read), cancellation);
                progress?.Invoke(partial.Length, total);
            }
        }
        catch (OperationCanceledException mistake) when (!cancellation.IsCancellationRequested)
        {
            throw new IOException($"no byte came for {stallTimeout.TotalSeconds:0.###} s", mistake);
        }
    }

    static FileStream Open(string partialPath)
    {
        try
        {
            return new FileStream(partialPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0, useAsync: true);
        }
        catch (Exception mistake) when (mistake is IOException or UnauthorizedAccessException)
        {
            throw LabError.Missing($"'{partialPath}' cannot be written: {mistake.Message.TrimEnd('.')}. Wait for the other download to end, or make room.", mistake);
        }
    }

    static async Task<HttpResponseMessage> SendAsync(Uri url, long have, string validator, CancellationToken cancellation)
    {
        using var message = new HttpRequestMessage(HttpMethod.Get, url);
        if (have > 0)
        {
            message.Headers.Range = new(have, null);
            message.Headers.TryAddWithoutValidation("If-Range", validator);
        }

        return await s_client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    /// <summary>416 with our own length: an earlier run got everything and was killed before the check.</summary>
    static bool IsComplete(HttpResponseMessage response, long have) =>
        response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && have > 0 && response.Content.Headers.ContentRange?.Length == have;

    static Exception Refused(Uri url, HttpResponseMessage response, FileStream partial, string validatorPath)
    {
        var status = (int)response.StatusCode;
        if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable)
        {
            Restart(partial, validatorPath);
            return new IOException("the server has fewer bytes than came before");
        }

        return status >= 500 || response.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests
            ? new HttpRequestException($"HTTP status {status} ({response.ReasonPhrase})")
            : LabError.Missing($"Download of {url} was refused with HTTP status {status} ({response.ReasonPhrase}). Needed 200 or 206. {OrImport}");
    }

    /// <summary>Makes the partial file end where the answer begins, and keeps what a later run needs to ask for the rest.</summary>
    static void Prepare(HttpResponseMessage response, FileStream partial, string validatorPath)
    {
        if (response.StatusCode == HttpStatusCode.PartialContent)
        {
            if (response.Content.Headers.ContentRange?.From != partial.Length)
            {
                var asked = partial.Length;
                Restart(partial, validatorPath);
                throw new IOException($"the server sent bytes from {response.Content.Headers.ContentRange?.From}, asked from {asked}");
            }
        }
        else
        {
            Restart(partial, validatorPath); // the server ignores ranges, or the file changed
        }

        partial.Position = partial.Length;
        // A weak validator does not promise equal bytes.
        var validator = response.Headers.ETag is { IsWeak: false } tag ? tag.ToString() : response.Content.Headers.LastModified?.ToString("R");
        if (validator is not null) { File.WriteAllText(validatorPath, validator); }
    }

    static LabException TooLarge(DownloadRequest request, long found, FileStream partial, string validatorPath)
    {
        Restart(partial, validatorPath);
        return LabError.BadInput($"Download of {request.Url} was stopped: the server offers {found} bytes or more, the limit is {request.MaxBytes}. "
            + "This is not the file it should be; try another network.");
    }

    static void Restart(FileStream partial, string validatorPath)
    {
        partial.SetLength(0);
        File.Delete(validatorPath);
    }
}
