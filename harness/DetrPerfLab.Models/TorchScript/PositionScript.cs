namespace DetrPerfLab.Models;

/// <summary>The sine position encoding and the bias of masked attention, both at the size of the features; the bias is empty where no pixel is padding.</summary>
/// <remarks>Source: facebookresearch/detr@29901c5, models/position_encoding.py (normalize=True, temperature 10000) and backbone.py (mask resized by nearest neighbour).</remarks>
static class PositionScript
{
    internal static void Add(ScriptModuleWriter module, ScriptLayers layers)
    {
        var config = layers.Config;
        var wavelengths = module.Tensor("position.wavelengths", [config.HiddenDim / 2], config.PositionWavelengths);
        module.Method(
            "position(self, pixel_mask: Tensor, features: Tensor) -> Tuple[Tensor, Tensor]",
            $"mask = torch.to(torch.unsqueeze(pixel_mask, 1), {(int)ScriptType.Float32})",
            "mask = torch.squeeze(torch.upsample_nearest2d(mask, [torch.size(features, 2), torch.size(features, 3)], None, None), 1)",
            "y = self.encode(torch.cumsum(mask, 1), 1)",
            "x = self.encode(torch.cumsum(mask, 2), 2)",
            "position = torch.flatten(torch.cat([y, x], 3), 1, 2)", // [N, S, hidden]
            "if bool(torch.all(mask)):",
            "  bias = torch.zeros([0])",
            "else:",
            "  bias = torch.unsqueeze(torch.log(torch.unsqueeze(torch.flatten(mask, 1), 1)), 1)", // 0 where a key is image, minus infinity where it is padding
            $"return ({layers.Arithmetic.FromFloat("position")}, {layers.Arithmetic.FromFloat("bias")})");
        module.Method(
            "encode(self, count: Tensor, axis: int) -> Tensor", // [N, h, w] to [N, h, w, hidden / 2]
            "last = torch.slice(count, axis, -1)",
            $"angle = torch.unsqueeze(count / (last + 1e-06) * 6.283185307179586, 3) / {wavelengths}",
            "sines = torch.sin(torch.slice(angle, 3, 0, None, 2))",
            "cosines = torch.cos(torch.slice(angle, 3, 1, None, 2))",
            "return torch.flatten(torch.stack([sines, cosines], 4), 3)");
    }
}
