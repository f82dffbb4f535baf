import type { Framework } from "./framework.ts";

/** https://laravel.com/docs/requests and Symfony's `Request::getContent()` */
export const laravel: Framework = {
  name: "laravel",
  title: "Laravel",
  language: "php",
  revealedBy: { formats: ["php-var-dump", "php-print-r", "php-var-export"], text: /\blaravel|\bIlluminate\b|\.php\b/i },
  code: `<?php
// routes/api.php, where no CSRF token is asked for;
// config/services.php has
// 'telepath' => ['secret' => env('TELEPATH_WEBHOOK_SECRET')],
use Illuminate\\Http\\Request;
use Illuminate\\Support\\Facades\\Route;

Route::post('/webhooks/telepath', function (Request $request) {
    $secret = (string) config('services.telepath.secret');
    abort_if($secret === '', 500, 'TELEPATH_WEBHOOK_SECRET is not set');

    // Not $request->all() or json(): the signature is over the bytes.
    $body = $request->getContent();
    $expected = 'sha256=' . hash_hmac('sha256', $body, $secret);
    $given = (string) $request->header('X-Telepath-Signature');
    abort_unless(hash_equals($expected, $given), 401);

    $event = json_decode($body, true, 512, JSON_THROW_ON_ERROR);
    return response()->noContent();
});`,
};
