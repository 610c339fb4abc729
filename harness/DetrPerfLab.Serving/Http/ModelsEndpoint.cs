using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace DetrPerfLab.Serving;

/// <summary>What <c>POST /models</c> takes: a path below the folder of models, or the name of a version that was served.</summary>
sealed record ModelOrder(string? Path, string? Name);

/// <summary><c>GET</c> and <c>POST /models</c>: what is served; the change to another, which needs the token.</summary>
sealed class ModelsEndpoint(ModelServer server, string? token, Action<ModelVersion> told)
{
    internal object List() => new { Serving = server.Version, server.Versions };

    internal async Task<IResult> ChangeAsync(HttpContext context)
    {
        if (token is null) { return Answers.Error(StatusCodes.Status403Forbidden, "This server was started without a token, so that nobody may change its model. Start it with DETRLAB_TOKEN set, or with --token-file."); }
        if (!IsAllowed(context.Request.Headers.Authorization))
        {
            context.Response.Headers.WWWAuthenticate = "Bearer";
            return Answers.Error(StatusCodes.Status401Unauthorized, "The token is missing or another. Send: Authorization: Bearer TOKEN");
        }

        ModelVersion version;
        try
        {
            var order = await JsonSerializer.DeserializeAsync<ModelOrder>(context.Request.Body, LabJson.Options, context.RequestAborted).ConfigureAwait(false) ?? new(null, null);
            version = (order.Path, order.Name) switch // a client that goes away does not undo what it asked for
            {
                ({ Length: > 0 } path, null) => await server.ChangeAsync(Below(path)).ConfigureAwait(false),
                (null, { Length: > 0 } name) => await server.RollBackAsync(name).ConfigureAwait(false),
                _ => throw LabError.BadInput("""Found neither or both of "path" and "name", needed one: {"path": "FILE below the folder of models"} or {"name": "a version of GET /models"}."""),
            };
        }
        catch (JsonException mistake) { throw LabError.BadInput($"The body is no JSON of the form {{\"path\": \"FILE\"}}: {LabJson.ProblemOf(mistake)}.", mistake); }
        catch (LabException busy) when (busy.ExitCode == ExitCode.CheckFailed) { return Answers.Error(StatusCodes.Status409Conflict, busy.Message); }

        told(version);
        Answers.Name(context, server.Version);
        return version.State == ModelState.Refused ? Results.Json(new { Error = $"The model was not changed: {version.Reason}", Refused = version }, LabJson.Options, statusCode: StatusCodes.Status422UnprocessableEntity) : Answers.Json(version);
    }

    /// <summary>Every link followed: a path that leaves the folder is refused, however it is written.</summary>
    string Below(string path)
    {
        if (server.Options.Models is not { } folder) { throw LabError.BadInput("This server was started without a folder of models. Start it with --models DIR."); }
        if (path.Contains('\0', StringComparison.Ordinal)) { throw LabError.BadInput("The path holds a zero byte."); }
        var (root, real) = (OutputPath.Real(folder), OutputPath.Real(Path.Combine(folder, path)));
        if (!real.StartsWith(root + Path.DirectorySeparatorChar, StringComparison.Ordinal)) { throw LabError.BadInput($"'{path}' is not below the folder of models. Name a file in it."); }
        return File.Exists(real) ? real : throw LabError.BadInput($"'{path}' is no file of the folder of models. Name one that is.");
    }

    bool IsAllowed(string? header)
    {
        const string Scheme = "Bearer ";
        // Hashes first, so that neither length nor place of the first difference shows in the time.
        return header is not null && header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            && CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..])), SHA256.HashData(Encoding.UTF8.GetBytes(token!)));
    }
}
